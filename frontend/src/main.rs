//! The page: login, profile, and what lies between. Runs in the browser; knows the server by
//! `shared`'s wire types and paths alone.
//!
//! Start reading at `app`, which names the pages; every request is in `api`.

#![expect(
    unreachable_pub,
    reason = "`#[component]` makes each component's props `pub`"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "props belong to their component"
)]

mod next;
mod browser;
mod text;
mod api;
mod loaded;
mod deed;
mod session;
mod components;
mod pages;
mod app;

/// Puts the app beside the static page, which stands until the first page has something to show.
fn main() {
    if let Some(root) = browser::root() {
        leptos::mount::mount_to(root, app::App).forget();
        browser::mark_ready();
    }
}
