//! What surrounds the content of a page behind the login: the bar and the column. Knows the router,
//! so none of it may stand on a page that one passes through.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::routes;
use shared::text::Text;

use crate::api;
use crate::brand::{Footer, Mark};
use crate::browser::{self, History};
use crate::components::dynamic::effect;
use crate::components::form::busy;
use crate::components::problem::ProblemNote;
use crate::deed::Deed;
use crate::session::SessionEnded;
use crate::text::say;

/// The bar and the column of a page behind the login.
#[component]
pub(crate) fn InsideFrame(
    /// Heading, and the document's title.
    title: &'static str,
    /// What stands below it.
    children: Children,
) -> impl IntoView {
    effect(move || browser::arrive(title));
    let log_out = Deed::new(|| async {
        let answer = api::log_out().send().await?;
        browser::go(&answer.redirect, History::Replace).await;
        Ok(())
    });
    view! {
        <header class="bar">
            <div class="bar-inner">
                <a class="brand" href=routes::HOME>
                    <Mark />
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
            <Footer />
        </main>
    }
    .into_any()
}

/// Puts the brand around a card that stands alone, as the server does before the login.
pub(crate) fn dress_card(card: AnyView) -> AnyView {
    view! {
        <div class="entry">
            <p class="brand">
                <Mark />
            </p>
            {card}
            <Footer />
        </div>
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
