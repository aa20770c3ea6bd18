//! Parts of a page that change, and what happens when something changes.
//!
//! The same as a bare closure in a view and as `Effect::new`, but the machinery behind those is
//! compiled once, not for each closure at 1 to 5 kB.

use leptos::prelude::*;

/// Creates a part that is drawn anew when a signal it reads changes.
pub(crate) fn dynamic(view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    /// Is compiled once, unlike the function around it.
    fn of(view: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
        (move || view()).into_any()
    }

    of(Box::new(view))
}

/// Runs the closure now, and again when a signal it reads changes.
pub(crate) fn effect(run: impl Fn() + 'static) {
    /// Is compiled once, unlike the function around it.
    fn of(run: Box<dyn Fn()>) {
        Effect::new(run);
    }

    of(Box::new(run));
}
