//! Text that is English in every language of the page.

use leptos::prelude::*;

/// Shows text that the log has too, which is in English.
pub(crate) fn english(text: String) -> AnyView {
    view! { <span lang="en" dir="ltr">{text}</span> }.into_any()
}
