//! A Leptos page behind Postern, which `examples/axum-app` serves at `/page/`.
//!
//! Everybody sees the greeting; what is in `<RequireUser/>` is for who is logged in.

use leptos::prelude::*;
use postern_page::{LoginLink, LogoutButton, RequireUser, UserState, use_user};

fn main() {
    leptos::mount::mount_to_body(App);
}

/// The page.
#[component]
fn App() -> impl IntoView {
    let user = use_user();
    let greeting = move || match user.get() {
        UserState::Loading => "…".to_owned(),
        UserState::LoggedOut => "Hello stranger".to_owned(),
        UserState::LoggedIn(user) => format!("Hello {}", user.username),
        UserState::Unreachable => "The server does not answer.".to_owned(),
    };
    view! {
        <h1>{greeting}</h1>
        <RequireUser fallback=|| view! { <LoginLink>"Log in"</LoginLink> }>
            <p id="secret">"Only for those who are logged in."</p>
            <LogoutButton>"Log out"</LogoutButton>
        </RequireUser>
    }
}
