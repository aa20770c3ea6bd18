//! The frame of the pages before the login: a card.

use std::cell::Cell;

use leptos::prelude::*;
use serde::de::DeserializeOwned;

use crate::api;
use crate::browser;
use crate::components::problem::Unavailable;
use crate::dynamic::{dynamic, effect};
use crate::remote::Remote;
use crate::text::say;
use shared::text::Text;

thread_local! {
    /// Draws what is around a card.
    static DRESS: Cell<fn(AnyView) -> AnyView> = const { Cell::new(std::convert::identity) };
}

/// Sets what is drawn around each card. Before the login, the server's document has that already,
/// and the module does without it.
pub(crate) fn dress_cards(dress: fn(AnyView) -> AnyView) {
    DRESS.set(dress);
}

/// The card of a page before the login.
#[component]
pub(crate) fn EntryFrame(
    /// Heading, and the document's title.
    title: &'static str,
    /// The content.
    children: Children,
) -> impl IntoView {
    effect(move || browser::arrive(title));
    let card = view! {
        <main class="card">
            <h1 tabindex="-1">{title}</h1>
            {children()}
        </main>
    };
    DRESS.get()(card.into_any())
}

/// Shown while content loads. The static page, if it is still there, stays instead.
#[component]
pub(crate) fn Loading() -> impl IntoView {
    view! {
        <div class="loading">
            <p role="status">{say(Text::LOADING)}</p>
            <p class="late">{say(Text::LOADING_LATE)}</p>
        </div>
    }
    .into_any()
}

/// Draws a page from the data that it loads; until then, that it loads, or why it cannot.
pub(crate) fn once_loaded<T: DeserializeOwned + 'static>(
    title: &'static str,
    remote: Remote<T>,
    view: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let on_retry = Callback::new(move |()| remote.refetch());
    dynamic(move || match remote.get() {
        Some(Ok(Some(answer))) => view(answer),
        Some(Ok(None)) | None => view! { <Loading /> }.into_any(),
        Some(Err(error)) => view! { <UnavailablePage title error on_retry /> }.into_any(),
    })
}

/// A page that could not be loaded.
#[component]
pub(crate) fn UnavailablePage(
    /// Its heading.
    title: &'static str,
    /// Why.
    error: api::Error,
    /// Loads it again.
    on_retry: Callback<()>,
) -> impl IntoView {
    view! {
        <EntryFrame title>
            <Unavailable error on_retry />
        </EntryFrame>
    }
}
