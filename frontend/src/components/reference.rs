//! An error's reference in the server's log, in a row that can be copied.

use leptos::prelude::*;
use shared::text::Text;

use crate::text::say;

/// The row. `boot.js` copies when its button is pressed, and then puts the other word there.
#[component]
pub(crate) fn Reference(
    /// The reference.
    reference: String,
) -> impl IntoView {
    view! {
        <p class="reference">
            {say(Text::REFERENCE)} " " <code data-ref=reference.clone()>{reference.clone()}</code>
            <button type="button" aria-live="polite" data-copied=say(Text::COPIED)>
                {say(Text::COPY)}
            </button>
        </p>
    }
    .into_any()
}
