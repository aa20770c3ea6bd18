//! The page that works without the wasm: what stands in `index.html` until the app is there, and
//! stays where it cannot start. Pure; every value is escaped.
//!
//! The elements and classes are those of the app's components (`frontend/src/components`), so that
//! nothing moves when the app takes over.

pub(crate) mod brand;
mod login;
mod setup;
mod welcome;

use std::fmt::Write as _;

use shared::config::PublicConfig;
use shared::error::ErrorCode;
use shared::failure::{FailureCode, Lost, is_reference};
use shared::routes;
use shared::text::{Language, Text, fill};

use crate::brand::Brand;
use crate::return_to::ReturnTo;

/// What the page is made of: the path, what the server offers, and the query.
pub(crate) struct StaticPage<'a> {
    /// The language that the browser gets.
    pub(crate) language: Language,
    /// The path that was asked for.
    pub(crate) path: &'a str,
    /// What the server offers; with the hint that belongs to `error`.
    pub(crate) config: &'a PublicConfig,
    /// What the pages look like.
    pub(crate) brand: &'a Brand,
    /// `error`, as it is written.
    pub(crate) error: Option<&'a str>,
    /// `ref`, as it is written.
    pub(crate) reference: Option<&'a str>,
    /// `because`, as it is written.
    pub(crate) because: Option<&'a str>,
    /// `next`, as it is written.
    pub(crate) next: Option<&'a str>,
    /// Is there a `logged_out`?
    pub(crate) logged_out: bool,
    /// Is there a `login`, as in a link that logs in?
    pub(crate) is_login_link: bool,
}

impl StaticPage<'_> {
    /// Returns a text in the page's language. No text has anything in it that HTML would read.
    fn say(&self, text: Text) -> &'static str {
        self.language.text(text)
    }

    /// Returns a text with values in it, which must be HTML already.
    fn fill(&self, text: Text, values: &[(&str, &str)]) -> String {
        fill(self.say(text), values)
    }

    /// Returns where to go after the login, unless that is the home page anyway.
    fn next(&self) -> Option<ReturnTo> {
        self.next
            .map(ReturnTo::parse)
            .filter(|next| next.as_str() != routes::HOME)
    }

    /// The way to the login page, in words.
    fn to_login(&self) -> String {
        format!(
            "<a href=\"{}\">{}</a>",
            routes::LOGIN,
            self.say(Text::TO_LOGIN)
        )
    }
}

/// Returns the HTML between the markers of `index.html`.
pub(crate) fn render(page: &StaticPage<'_>) -> String {
    let works_without = format!("<p class=\"hint\">{}</p>", page.say(Text::WORKS_WITHOUT));
    let form = |content: String| entry(page, &(content + &without_app(&works_without)));
    match page.path {
        routes::LOGIN => form(login::content(page)),
        routes::SETUP => form(setup::content(page)),
        routes::WELCOME => form(welcome::content(page)),
        routes::LINK => entry(page, &loading(page, &needs_app(page))),
        routes::HOME => shell(&loading(page, &home(page))),
        _ => shell(&loading(page, &needs_app(page))),
    }
}

/// The place of the static page, and that of the app, which takes over.
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

/// Returns what stands above a page before the login, and in the window's title; `None` for the
/// pages behind it, which the app titles.
fn heading(path: &str) -> Option<Text> {
    match path {
        routes::LOGIN => Some(Text::LOG_IN),
        routes::SETUP => Some(Text::SETUP_TITLE),
        routes::WELCOME => Some(Text::WELCOME_TITLE),
        routes::LINK => Some(Text::LINK_TITLE),
        _ => None,
    }
}

/// Writes text so that it is text, in content and in quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// The frame of a page before the login. Brand and footer stay when the app takes over: it has a
/// card alone.
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
        brand::mark(page.brand),
        shell(&card),
        languages(page),
        brand::footer(page.brand),
    )
}

/// The choice of the language. `boot.js` heeds it; without scripts it is sent as a form, along with
/// what the address said.
fn languages(page: &StaticPage<'_>) -> String {
    let next = page.next();
    let kept: String = [
        ("next", next.as_ref().map(ReturnTo::as_str)),
        // Only what this server may have written.
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

/// What stands where only the app has something to show, and what stands there without it.
fn loading(page: &StaticPage<'_>, fallback: &str) -> String {
    format!(
        "<div class=\"loading\"><p data-loading>{}</p>\
         <p class=\"late\" data-loading>{} {}</p>{}</div>",
        page.say(Text::LOADING),
        page.say(Text::LOADING_LATE),
        page.to_login(),
        without_app(fallback),
    )
}

/// What is said where there is nothing without the app.
fn needs_app(page: &StaticPage<'_>) -> String {
    format!(
        "<p class=\"note\">{} {}</p>",
        page.say(Text::NEEDS_APP),
        page.to_login()
    )
}

/// Shows the content only where there are no scripts, or where `boot.js` could not start the app.
fn without_app(content: &str) -> String {
    format!("<noscript><div>{content}</div></noscript><div data-wasm-failed hidden>{content}</div>")
}

/// The home page's fallback: who is logged in must at least be able to log out.
fn home(page: &StaticPage<'_>) -> String {
    format!(
        "{}<form method=\"post\" action=\"{}\">\
         <button type=\"submit\" class=\"button\">{}</button></form>",
        needs_app(page),
        routes::API_LOGOUT,
        page.say(Text::LOG_OUT),
    )
}

/// A field that nobody sees.
fn hidden(name: &str, value: &str) -> String {
    format!(
        "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
        escape(value)
    )
}

/// One input, as the app's `Field` has it.
struct Field<'a> {
    /// Id and name.
    name: &'a str,
    /// What people call it.
    label: &'a str,
    /// `text` or `password`.
    kind: &'a str,
    /// HTML's `autocomplete`.
    autocomplete: &'a str,
    /// Further attributes, as HTML.
    more: &'a str,
    /// Help below it, as HTML.
    hint: &'a str,
}

impl Field<'_> {
    /// Returns its HTML.
    fn html(&self) -> String {
        let Self {
            name,
            label,
            kind,
            autocomplete,
            more,
            hint,
        } = self;
        let dir = if matches!(*autocomplete, "email" | "username") {
            "ltr"
        } else {
            "auto"
        };
        let class = if *autocomplete == "email" {
            "field field-email"
        } else {
            "field"
        };
        format!(
            "<div class=\"{class}\"><label for=\"{name}\">{label}</label><div class=\"reveal\">\
             <input id=\"{name}\" name=\"{name}\" type=\"{kind}\" autocomplete=\"{autocomplete}\" \
             autocapitalize=\"none\" spellcheck=\"false\" dir=\"{dir}\" {more}></div>\
             <p class=\"hint\" id=\"{name}-hint\">{hint}</p><p class=\"fault\"></p></div>"
        )
    }
}

/// The form's button.
fn submit(text: &str) -> String {
    format!(
        "<div class=\"row\"><button type=\"submit\" class=\"button button-main\">{text}</button>\
         </div>"
    )
}

/// The sentence on an error.
fn problem(page: &StaticPage<'_>, code: ErrorCode) -> String {
    format!(
        "<p role=\"alert\" class=\"note note-bad\" data-code=\"{}\">{}</p>",
        code.as_str(),
        page.say(code.message()),
    )
}

/// What the server said of a plain form, which comes back with `?error=CODE`.
fn returned_problem(page: &StaticPage<'_>) -> String {
    let code = page.error.and_then(ErrorCode::parse);
    code.map_or(String::new(), |code| problem(page, code))
}

#[cfg(test)]
mod tests;
