//! Every other path.

use leptos::prelude::*;
use shared::routes;

use crate::base::own;
use crate::components::frame::EntryFrame;
use crate::text::say;
use shared::text::Text;

/// The page for paths that lead nowhere.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! {
        <EntryFrame title=say(Text::NOT_FOUND_TITLE)>
            <p>{say(Text::NOT_FOUND_TEXT)}</p>
            <a class="button button-main" href=own(routes::HOME)>
                {say(Text::TO_START)}
            </a>
        </EntryFrame>
    }
}
