//! Every other path.

use leptos::prelude::*;
use shared::routes;

use crate::components::frame::EntryFrame;

/// The page for paths that lead nowhere.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! {
        <EntryFrame title="There is nothing here">
            <p>"The address may be mistyped, or the page is gone."</p>
            <a class="button button-main" href=routes::HOME>
                "To the start page"
            </a>
        </EntryFrame>
    }
}
