//! Parts of a page that change.

use leptos::prelude::*;

/// Creates a part that is drawn anew when a signal it reads changes.
///
/// The same as the bare closure in a view, but the machinery behind it is compiled once, not for
/// each closure at 2 to 5 kB.
pub(crate) fn dynamic(view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    /// Is compiled once, unlike the function around it.
    fn of(view: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
        (move || view()).into_any()
    }

    of(Box::new(view))
}
