//! Text that is English in every language of the page.

use leptos::prelude::*;

use crate::components::plain::plain;

/// Shows text that the log has too, which is in English.
pub(crate) fn english(text: String) -> AnyView {
    plain(
        "span",
        &[("lang", "en"), ("dir", "ltr")],
        vec![text.into_any()],
    )
}
