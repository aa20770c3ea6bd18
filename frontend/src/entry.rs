//! What one passes through to log in, apart from the login page: the pages of the second module.
//!
//! No router here, and none on the login page: whoever comes here comes by a page load, and leaves by
//! one. That is a quarter of the module.

use leptos::prelude::*;
use shared::routes;

use crate::browser;
use crate::pages::link::LinkPage;
use crate::pages::setup::SetupPage;
use crate::pages::welcome::WelcomePage;

/// The page at this address. Its paths are those of [`routes::Section::Entry`].
#[component]
pub(crate) fn Entry() -> impl IntoView {
    match browser::path().as_str() {
        routes::LINK => view! { <LinkPage /> }.into_any(),
        routes::WELCOME => view! { <WelcomePage /> }.into_any(),
        _ => view! { <SetupPage /> }.into_any(),
    }
}
