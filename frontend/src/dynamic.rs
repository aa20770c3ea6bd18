//! Parts of a page that change, and effects of a change.
//!
//! The same as a bare closure in a view and as `Effect::new`, except that the machinery behind those
//! is compiled once and not for each closure, which costs 1 to 5 kB each.

use leptos::prelude::*;

/// Creates a part that is redrawn when a signal it reads changes.
pub(crate) fn dynamic(view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    /// Compiled once, unlike the function around it.
    fn of(view: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
        (move || view()).into_any()
    }

    of(Box::new(view))
}

/// Runs the closure now, and again when a signal it reads changes.
pub(crate) fn effect(run: impl Fn() + 'static) {
    /// Compiled once, unlike the function around it.
    fn of(run: Box<dyn Fn()>) {
        Effect::new(run);
    }

    of(Box::new(run));
}
