//! The page: login, profile, and what lies between. Runs in the browser; knows the server by
//! `shared`'s wire types and paths alone.
//!
//! Four modules are made of it, a program each, in `src/bin`: the login page alone, and what `entry`,
//! `inside` and `admin` name. Start reading there; every request is in `api`.
//!
//! Leptos applications on the same host use [`use_user`], [`LoginLink`], [`LogoutButton`] and
//! [`RequireUser`].

#![expect(
    unreachable_pub,
    reason = "`#[component]` makes each component's props `pub`"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "props belong to their component"
)]

mod base;
mod next;
mod brand;
mod browser;
mod text;
mod preference;
mod json;
mod dynamic;
mod api;
mod remote;
mod mutation;
mod session;
mod veil;
mod components;
mod pages;
mod entry;
mod inside;
mod admin;
mod user;

pub use shared::session::{Role, User};
pub use user::{LoginLink, LogoutButton, RequireUser, UserState, use_user};

use leptos::prelude::IntoView;
use pages::login::LoginPage;
use shared::routes::{self, Section};

/// Starts the login page.
pub fn start_login() {
    start(LoginPage);
}

/// Starts the other pages before the login.
pub fn start_entry() {
    start(entry::Entry);
}

/// Starts the pages behind the login.
pub fn start_inside() {
    components::frame::dress_cards(components::inside::dress_card);
    start(inside::Inside);
}

/// Starts the pages that admins have behind the login.
pub fn start_admin() {
    components::frame::dress_cards(components::inside::dress_card);
    start(admin::Admin);
}

/// Starts whatever stands at this address.
pub fn start_here() {
    match routes::section(&browser::path()) {
        Section::Login => start_login(),
        Section::Entry => start_entry(),
        Section::Inside => start_inside(),
        Section::Admin => start_admin(),
    }
}

/// Puts the app beside the static page, which stands until the first page has something to show.
fn start<V: IntoView + 'static>(app: fn() -> V) {
    if let Some(root) = browser::root() {
        leptos::mount::mount_to(root, app).forget();
        browser::mark_ready();
    }
}
