//! Assembles a static page: its frame, its content and its title.

use maud::{Markup, html};
use shared::failure::{FailureCode, Lost, is_reference};
use shared::routes;
use shared::text::{Language, Text};

use crate::brand::Brand;
use crate::http::page::static_page::elements::{hidden, without_app};
use crate::http::page::static_page::page::StaticPage;
use crate::http::page::static_page::skeleton::skeleton;
use crate::http::page::static_page::{brand, link, login, setup, welcome};
use crate::return_to::ReturnTo;

/// Returns what is between the markers of `index.html`.
pub(crate) fn render(page: &StaticPage<'_>) -> Markup {
    match page.path {
        routes::LOGIN => entry(page, &login::content(page)),
        routes::SETUP => entry(page, &setup::content(page)),
        routes::WELCOME => entry(page, &welcome::content(page)),
        routes::LINK => entry(page, &link::content(page)),
        routes::HOME => behind_login(page, &home(page)),
        path if routes::is_page(path) => behind_login(page, &needs_app(page)),
        _ => shell(&loading(page, &nothing_here(page))),
    }
}

/// Says that no page has this address, and leads on.
fn nothing_here(page: &StaticPage<'_>) -> Markup {
    html! {
        h1 { (page.say(Text::NOT_FOUND_TITLE)) }
        p { (page.say(Text::NOT_FOUND_TEXT)) }
        a.button href=(page.at(routes::HOME)) { (page.say(Text::TO_START)) }
    }
}

/// Returns the place of the static page, and the place of the app, which replaces it.
fn shell(content: &Markup) -> Markup {
    html! {
        div #static { (content) }
        "\n"
        div #app hidden {}
    }
}

/// Returns the document's title; the app's pages have the same.
pub(crate) fn title(path: &str, language: Language, brand: &Brand) -> String {
    let name = brand.name();
    heading(path).map_or_else(
        || name.to_owned(),
        |heading| format!("{} – {name}", language.text(heading)),
    )
}

/// Returns the heading and title of a page before the login; `None` for the pages after it, which
/// get theirs from the app.
fn heading(path: &str) -> Option<Text> {
    match path {
        routes::LOGIN => Some(Text::LOG_IN),
        routes::SETUP => Some(Text::SETUP_TITLE),
        routes::WELCOME => Some(Text::WELCOME_TITLE),
        routes::LINK => Some(Text::LINK_HERE),
        _ => None,
    }
}

/// Frames a page before the login. Brand and footer stay when the app takes over: the app draws
/// only the card.
fn entry(page: &StaticPage<'_>, content: &Markup) -> Markup {
    // A link that logs in welcomes nobody.
    let heading = match page.path {
        routes::WELCOME if page.is_login_link => Some(Text::LOG_IN),
        path => heading(path),
    };
    let works_without = html! { p.hint { (page.say(Text::WORKS_WITHOUT)) } };
    let card = html! {
        main.card {
            h1 tabindex="-1" { @if let Some(heading) = heading { (page.say(heading)) } }
            (content)
            (without_app(&works_without))
        }
    };
    html! {
        div.entry {
            header.brand { (brand::mark(page.brand, page.base)) }
            (shell(&card))
            footer.footer {
                (languages(page))
                (brand::footer(page.brand))
            }
        }
    }
}

/// Returns the choice of the language. `boot.js` handles it; without scripts, the form is sent with
/// the parameters of the address.
fn languages(page: &StaticPage<'_>) -> Markup {
    let next = page.next();
    // Only the parameters that this server may have written.
    let error = page.error.and_then(FailureCode::parse);
    let because = page.because.and_then(Lost::parse);
    let kept = [
        ("next", next.as_ref().map(ReturnTo::as_str)),
        ("error", error.map(FailureCode::as_str)),
        ("ref", page.reference.filter(|text| is_reference(text))),
        ("because", because.map(Lost::as_str)),
        ("login", page.is_login_link.then_some("1")),
    ];
    html! {
        form.languages method="get" {
            @for (name, value) in kept {
                @if let Some(value) = value { (hidden(name, value)) }
            }
            select name="language" aria-label=(page.say(Text::LANGUAGE)) {
                @for language in Language::all() {
                    option
                        value=(language.code())
                        lang=(language.tag())
                        selected[language == page.language]
                    { (language.own_name()) }
                }
            }
            noscript {
                button.button.button-quiet type="submit" { (page.say(Text::GO_ON)) }
            }
        }
    }
}

/// Returns a page behind the login: its frame, where it is known who sees it.
fn behind_login(page: &StaticPage<'_>, fallback: &Markup) -> Markup {
    shell(&match &page.viewer {
        Some(viewer) => skeleton(page, viewer, &waiting(page, fallback)),
        None => loading(page, fallback),
    })
}

/// Returns what is shown until the app is there, and what is shown if it cannot start.
fn loading(page: &StaticPage<'_>, fallback: &Markup) -> Markup {
    html! { div.loading { (waiting(page, fallback)) } }
}

/// Returns the content of that.
fn waiting(page: &StaticPage<'_>, fallback: &Markup) -> Markup {
    html! {
        p data-loading { (page.say(Text::LOADING)) }
        p.late data-loading { (page.say(Text::LOADING_LATE)) " " (page.to_login()) }
        (without_app(fallback))
    }
}

/// Says that the page needs the app.
fn needs_app(page: &StaticPage<'_>) -> Markup {
    html! { p.note { (page.say(Text::NEEDS_APP)) " " (page.to_login()) } }
}

/// Returns the home page's fallback: a user must at least be able to log out, and to go on.
fn home(page: &StaticPage<'_>) -> Markup {
    html! {
        (needs_app(page))
        @if page.viewer.is_none() {
            form method="post" action=(page.at(routes::API_LOGOUT)) {
                button.button type="submit" { (page.say(Text::LOG_OUT)) }
            }
        }
    }
}
