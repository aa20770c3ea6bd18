//! The frame of the pages behind the login: the bar and the column. Needs the router, so pages before
//! the login cannot use it.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::api::LogOut;
use shared::pages::{PAGES, Page};
use shared::routes;
use shared::text::Text;

use crate::api;
use crate::base::{own, route};
use crate::brand;
use crate::browser::{self, History, tabs};
use crate::components::form::busy;
use crate::components::guard::SessionEnded;
use crate::components::offline::OfflineBanner;
use crate::components::problem::ProblemNote;
use crate::components::unsaved::use_unsaved;
use crate::dynamic::{dynamic, effect};
use crate::mutation::Mutation;
use crate::session::use_session;
use crate::text::say;

/// The bar and the column of a page behind the login.
#[component]
pub(crate) fn InsideFrame(
    /// Heading, and the document's title.
    title: &'static str,
    /// The heading, if it is another text.
    #[prop(optional)]
    heading: Option<Signal<String>>,
    /// Has it a table?
    #[prop(optional)]
    is_wide: bool,
    /// The content.
    children: Children,
) -> impl IntoView {
    let heading = heading.unwrap_or_else(|| Signal::derive(move || title.to_owned()));
    effect(move || browser::arrive(title));
    let class = if is_wide {
        "column column-wide"
    } else {
        "column"
    };
    let unsaved = use_unsaved();
    let log_out = Mutation::new(move || async move {
        if !unsaved.may_leave().await {
            return Ok(());
        }
        let answer = api::call(LogOut {}).send().await;
        if let Ok(answer) = &answer {
            tabs::tell_logout();
            browser::clear();
            browser::go(&answer.redirect, History::Replace).await;
            // Its user has stopped the browser: nothing is left here.
            browser::reload();
        }
        unsaved.stay();
        answer.map(|_| ())
    });
    // The link itself would leave an entry in the browser's history.
    let skip = move |event: ev::MouseEvent| {
        event.prevent_default();
        browser::focus("#content");
    };
    view! {
        <a class="skip" href="#content" on:click=skip>
            {say(Text::SKIP_TO_CONTENT)}
        </a>
        <header class="bar">
            <div class="bar-inner">
                <a class="brand" href=own(routes::HOME) inner_html=brand::mark()></a>
                <nav aria-label=say(Text::PAGES)>
                    {listed(false, nav_link)}
                    {for_admins(|| listed(true, nav_link))}
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
        <main class=class id="content" tabindex="-1">
            <SessionEnded />
            <OfflineBanner />
            <ProblemNote mutation=log_out />
            <h1 tabindex="-1">{heading}</h1>
            {children()}
            {brand::footer()}
        </main>
    }
    .into_any()
}

/// Puts the brand around a card, as the server does before the login.
pub(crate) fn dress_card(card: AnyView) -> AnyView {
    view! {
        <div class="entry">
            <header class="brand" inner_html=brand::mark()></header>
            {card}
            {brand::footer()}
        </div>
    }
    .into_any()
}

/// Draws a part that only admins see.
pub(crate) fn for_admins(view: fn() -> AnyView) -> AnyView {
    let session = use_session();
    dynamic(move || session.is_admin().then(view).into_any())
}

/// Draws each of the listed pages: those that everybody has, or those that admins alone have.
pub(crate) fn listed(is_for_admins: bool, view: fn(Page) -> AnyView) -> AnyView {
    let pages = PAGES
        .into_iter()
        .filter(|page| page.is_for_admins() == is_for_admins);
    pages.map(view).collect::<Vec<_>>().into_any()
}

/// Draws a link of the bar; it marks itself on its own page.
fn nav_link(page: Page) -> AnyView {
    let (href, text) = (page.path, say(page.name));
    let path = use_location().pathname;
    let current =
        Signal::derive(move || (routes::page(route(&path.read())) == href).then_some("page"));
    // The router does not know the pages of another module.
    let is_elsewhere = routes::section(href) != routes::section(route(&path.read_untracked()));
    view! {
        <a href=own(href) aria-current=current rel=is_elsewhere.then_some("external")>
            {text}
        </a>
    }
    .into_any()
}

/// A section of such a page, with its own heading.
#[component]
pub(crate) fn Panel(
    /// Unique on the page.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// The content.
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
