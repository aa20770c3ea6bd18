//! Assembles a static page: its frame, its content and its title.

use std::fmt::Write as _;

use shared::failure::{FailureCode, Lost, is_reference};
use shared::routes;
use shared::text::{Language, Text};

use crate::brand::Brand;
use crate::http::page::static_page::elements::{escape, hidden, without_app};
use crate::http::page::static_page::page::StaticPage;
use crate::http::page::static_page::skeleton::skeleton;
use crate::http::page::static_page::{brand, link, login, setup, welcome};
use crate::return_to::ReturnTo;

/// Returns the HTML between the markers of `index.html`.
pub(crate) fn render(page: &StaticPage<'_>) -> String {
    let works_without = format!("<p class=\"hint\">{}</p>", page.say(Text::WORKS_WITHOUT));
    let form = |content: String| entry(page, &(content + &without_app(&works_without)));
    match page.path {
        routes::LOGIN => form(login::content(page)),
        routes::SETUP => form(setup::content(page)),
        routes::WELCOME => form(welcome::content(page)),
        routes::LINK => entry(
            page,
            &loading(page, &(link::content(page) + &works_without)),
        ),
        routes::HOME => behind_login(page, &home(page)),
        path if routes::is_page(path) => behind_login(page, &needs_app(page)),
        _ => shell(&loading(page, &nothing_here(page))),
    }
}

/// Says that no page has this address, and leads on.
fn nothing_here(page: &StaticPage<'_>) -> String {
    format!(
        "<h1>{}</h1><p>{}</p><a class=\"button\" href=\"{}\">{}</a>",
        page.say(Text::NOT_FOUND_TITLE),
        page.say(Text::NOT_FOUND_TEXT),
        page.at(routes::HOME),
        page.say(Text::TO_START),
    )
}

/// Returns the place of the static page, and the place of the app, which replaces it.
fn shell(content: &str) -> String {
    format!("<div id=\"static\">{content}</div>\n<div id=\"app\" hidden></div>")
}

/// Returns the document's title, as HTML; the app's pages have the same.
pub(crate) fn title(path: &str, language: Language, brand: &Brand) -> String {
    let name = escape(brand.name());
    heading(path).map_or_else(
        || name.clone(),
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
fn entry(page: &StaticPage<'_>, content: &str) -> String {
    // A link that logs in welcomes nobody.
    let heading = match page.path {
        routes::WELCOME if page.is_login_link => Some(Text::LOG_IN),
        path => heading(path),
    };
    let card = format!(
        "<main class=\"card\"><h1 tabindex=\"-1\">{}</h1>{content}</main>",
        heading.map_or("", |heading| page.say(heading)),
    );
    format!(
        "<div class=\"entry\"><header class=\"brand\">{}</header>{}\
         <footer class=\"footer\">{}{}</footer></div>",
        brand::mark(page.brand, page.base),
        shell(&card),
        languages(page),
        brand::footer(page.brand),
    )
}

/// Returns the choice of the language. `boot.js` handles it; without scripts, the form is sent with
/// the parameters of the address.
fn languages(page: &StaticPage<'_>) -> String {
    let next = page.next();
    let kept: String = [
        ("next", next.as_ref().map(ReturnTo::as_str)),
        // Only the parameters that this server may have written.
        (
            "error",
            page.error
                .and_then(FailureCode::parse)
                .map(FailureCode::as_str),
        ),
        ("ref", page.reference.filter(|text| is_reference(text))),
        (
            "because",
            page.because.and_then(Lost::parse).map(Lost::as_str),
        ),
        ("login", page.is_login_link.then_some("1")),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(hidden(name, value?)))
    .collect();
    let mut options = String::new();
    for language in Language::all() {
        let selected = if language == page.language {
            " selected"
        } else {
            ""
        };
        // Writing to a `String` cannot fail.
        let _ = write!(
            options,
            "<option value=\"{}\" lang=\"{}\"{selected}>{}</option>",
            language.code(),
            language.tag(),
            language.own_name()
        );
    }
    format!(
        "<form class=\"languages\" method=\"get\">{kept}\
         <select name=\"language\" aria-label=\"{}\">{options}</select>\
         <noscript><button type=\"submit\" class=\"button button-quiet\">{}</button></noscript>\
         </form>",
        page.say(Text::LANGUAGE),
        page.say(Text::GO_ON),
    )
}

/// Returns a page behind the login: its frame, where it is known who sees it.
fn behind_login(page: &StaticPage<'_>, fallback: &str) -> String {
    shell(&match &page.viewer {
        Some(viewer) => skeleton(page, viewer, &waiting(page, fallback)),
        None => loading(page, fallback),
    })
}

/// Returns what is shown until the app is there, and what is shown if it cannot start.
fn loading(page: &StaticPage<'_>, fallback: &str) -> String {
    format!("<div class=\"loading\">{}</div>", waiting(page, fallback))
}

/// Returns the content of that.
fn waiting(page: &StaticPage<'_>, fallback: &str) -> String {
    format!(
        "<p data-loading>{}</p><p class=\"late\" data-loading>{} {}</p>{}",
        page.say(Text::LOADING),
        page.say(Text::LOADING_LATE),
        page.to_login(),
        without_app(fallback),
    )
}

/// Says that the page needs the app.
fn needs_app(page: &StaticPage<'_>) -> String {
    format!(
        "<p class=\"note\">{} {}</p>",
        page.say(Text::NEEDS_APP),
        page.to_login()
    )
}

/// Returns the home page's fallback: a user must at least be able to log out, and to go on.
fn home(page: &StaticPage<'_>) -> String {
    if page.viewer.is_some() {
        return needs_app(page);
    }
    format!(
        "{}<form method=\"post\" action=\"{}\">\
         <button type=\"submit\" class=\"button\">{}</button></form>",
        needs_app(page),
        page.at(routes::API_LOGOUT),
        page.say(Text::LOG_OUT),
    )
}
