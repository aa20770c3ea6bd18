//! What surrounds a page's content: the card of the pages before the login, the bar and column of
//! those behind it. `backend`'s `http/static_page.rs` writes the same elements and classes.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate};
use serde::de::DeserializeOwned;
use shared::routes;

use crate::api;
use crate::browser::{self, History};
use crate::components::dynamic::{dynamic, effect};
use crate::components::form::busy;
use crate::components::problem::{ProblemNote, Unavailable};
use crate::deed::Deed;
use crate::loaded::Loaded;
use crate::session::SessionEnded;
use crate::text::say;
use shared::text::Text;

/// The card of a page that one passes through.
#[component]
pub(crate) fn EntryFrame(
    /// Heading, and the document's title.
    title: &'static str,
    /// What stands below it.
    children: Children,
) -> impl IntoView {
    effect(move || browser::arrive(title));
    view! {
        <div class="entry">
            <p class="brand">
                <span class="mark" aria-hidden="true"></span>
                "Postern"
            </p>
            <main class="card">
                <h1 tabindex="-1">{title}</h1>
                {children()}
            </main>
        </div>
    }
    .into_any()
}

/// The bar and the column of a page behind the login.
#[component]
pub(crate) fn InsideFrame(
    /// Heading, and the document's title.
    title: &'static str,
    /// What stands below it.
    children: Children,
) -> impl IntoView {
    effect(move || browser::arrive(title));
    let navigate = use_navigate();
    let log_out = Deed::new(move || {
        let navigate = navigate.clone();
        async move {
            let answer = api::log_out().send().await?;
            browser::go(&navigate, &answer.redirect, History::Replace);
            Ok(())
        }
    });
    view! {
        <header class="bar">
            <div class="bar-inner">
                <a class="brand" href=routes::HOME>
                    <span class="mark" aria-hidden="true"></span>
                    "Postern"
                </a>
                <nav aria-label=say(Text::PAGES)>
                    <NavLink href=routes::HOME text=say(Text::HOME) />
                    <NavLink href=routes::PROFILE text=say(Text::PROFILE) />
                </nav>
                <button
                    type="button"
                    id="log-out"
                    class="button button-quiet"
                    aria-disabled=busy(log_out)
                    on:click=move |_| log_out.start()
                >
                    {say(Text::LOG_OUT)}
                </button>
            </div>
        </header>
        <main class="column">
            <SessionEnded />
            <ProblemNote deed=log_out />
            <h1 tabindex="-1">{title}</h1>
            {children()}
        </main>
    }
    .into_any()
}

/// A link of the bar that knows when it leads to where we are.
#[component]
fn NavLink(
    /// The page's path.
    href: &'static str,
    /// Its name.
    text: &'static str,
) -> impl IntoView {
    let path = use_location().pathname;
    let current = Signal::derive(move || (*path.read() == href).then_some("page"));
    view! {
        <a href=href aria-current=current>
            {text}
        </a>
    }
    .into_any()
}

/// A part of such a page, under a heading of its own.
#[component]
pub(crate) fn Panel(
    /// Unique on the page.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// What stands below it.
    children: Children,
) -> impl IntoView {
    let title_id = [id, "-title"].concat();
    let labelled_by = title_id.clone();
    view! {
        <section class="panel" id=id aria-labelledby=labelled_by>
            <h2 id=title_id tabindex="-1">
                {title}
            </h2>
            {children()}
        </section>
    }
    .into_any()
}

/// Stands where content is still on its way. The static page, while it is there, stays instead.
#[component]
pub(crate) fn Loading() -> impl IntoView {
    view! {
        <div class="loading">
            <p role="status">{say(Text::LOADING)}</p>
        </div>
    }
    .into_any()
}

/// Draws a page of what it loads; until then, that it loads, or why it cannot.
pub(crate) fn once_loaded<T: DeserializeOwned + 'static>(
    title: &'static str,
    loaded: Loaded<T>,
    view: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let on_retry = Callback::new(move |()| loaded.refetch());
    dynamic(move || match loaded.get() {
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
