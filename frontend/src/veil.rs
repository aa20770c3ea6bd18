//! Whoever comes back to a page sees it only if it is still theirs.
//!
//! A browser keeps pages in memory, and Back shows them as they were left: without a question to
//! the server, also to whoever sits there after a logout. A tab that was out of sight is no better.
//! So a page hides itself when it is left, or comes into sight, and asks the server first.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use web_sys::PageTransitionEvent;

use crate::browser::{self, tabs};
use crate::components::unsaved::{Unsaved, use_unsaved};
use crate::session::{Session, use_session};

/// Hides the pages behind the login from whoever they do not belong to any more.
pub(crate) fn provide() {
    let (session, unsaved) = (use_session(), use_unsaved());
    let come_back = move |is_kept| spawn_local(ask(session, unsaved, is_kept));
    window_event_listener_untyped("pagehide", |_| browser::veil(true));
    window_event_listener_untyped("pageshow", move |event| {
        if event.unchecked_ref::<PageTransitionEvent>().persisted() {
            come_back(true);
        }
    });
    window_event_listener_untyped("visibilitychange", move |_| {
        if browser::is_in_sight() && owner(session).is_some() {
            come_back(false);
        }
    });
    tabs::on_logout(move || {
        unsaved.give_up();
        leave();
    });
}

/// Returns the id of the account that the page belongs to.
fn owner(session: Session) -> Option<String> {
    untrack(|| session.status()).map(|status| status.user.id)
}

/// Hides the page, asks the server whose it is, and shows it or leaves it. `is_kept` if the browser
/// has kept it in memory, and not in a tab.
async fn ask(session: Session, unsaved: Unsaved, is_kept: bool) {
    browser::veil(true);
    let before = owner(session);
    session.ask().await;
    let is_ours = untrack(|| session.is_known()) && owner(session) == before;
    let is_left = if is_kept {
        !is_ours
    } else {
        // What was typed can still be sent, after the next login.
        untrack(|| session.is_absent()) && !unsaved.is_there()
    };
    if is_left {
        leave();
    } else {
        // Somebody else's page is drawn anew by the answer. Without one, nobody has logged out here.
        browser::veil(false);
    }
}

/// Leaves the page: the server sends the browser to the login.
fn leave() {
    browser::clear();
    browser::reload();
}
