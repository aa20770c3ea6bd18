//! The page that works without the wasm: what stands in `index.html` until the app is there, and
//! stays where it cannot start. Pure; every value is escaped.
//!
//! The elements and classes are those of the app's components (`frontend/src/components`), so that
//! nothing moves when the app takes over.

mod setup;

use std::fmt::Write as _;

use shared::config::{ENDED_BY_PROVIDER, PublicConfig, PublicProvider};
use shared::error::ErrorCode;
use shared::login_error::{LoginErrorCode, Lost, NextStep, UNKNOWN_GUIDE, is_reference};
use shared::routes;

use crate::return_to::ReturnTo;

/// What the page is made of: the path, what the server offers, and the query.
pub(crate) struct StaticPage<'a> {
    /// The path that was asked for.
    pub(crate) path: &'a str,
    /// What the server offers; with the hint that belongs to `error`.
    pub(crate) config: &'a PublicConfig,
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
}

/// What pages say that work without the app.
const WORKS_WITHOUT: &str = "This page works without JavaScript and WebAssembly; your profile \
    page needs both.";

/// What the others say.
const NEEDS_APP: &str = "This page needs JavaScript and WebAssembly, which could not be started \
    here.";

/// Returns the HTML between the markers of `index.html`.
pub(crate) fn render(page: &StaticPage<'_>) -> String {
    let body = match page.path {
        routes::LOGIN => entry("Log in", &login(page)),
        routes::SETUP => entry("Set up this server", &setup::content(page)),
        routes::HOME => loading(&home()),
        _ => loading(&format!(
            "<p class=\"note\">{NEEDS_APP} <a href=\"{}\">Go to the login page</a></p>",
            routes::LOGIN,
        )),
    };
    format!("<div id=\"static\">{body}</div>")
}

/// Returns the document's title; the app's pages have the same.
pub(crate) fn title(path: &str) -> &'static str {
    match path {
        routes::LOGIN => "Log in – Postern",
        routes::SETUP => "Set up this server – Postern",
        _ => "Postern",
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

/// The frame of a page before the login.
fn entry(heading: &str, content: &str) -> String {
    format!(
        "<div class=\"entry\">\
         <p class=\"brand\"><span class=\"mark\" aria-hidden=\"true\"></span>Postern</p>\
         <main class=\"card\"><h1 tabindex=\"-1\">{heading}</h1>{content}{}</main></div>",
        without_app(&format!("<p class=\"hint\">{WORKS_WITHOUT}</p>")),
    )
}

/// What stands where only the app has something to show, and what stands there without it.
fn loading(fallback: &str) -> String {
    format!(
        "<div class=\"loading\"><p data-loading>Loading…</p>\
         <p class=\"late\" data-loading>This takes longer than it should. \
         <a href=\"{}\">Go to the login page</a></p>{}</div>",
        routes::LOGIN,
        without_app(fallback),
    )
}

/// Shows the content only where there are no scripts, or where `boot.js` could not start the app.
fn without_app(content: &str) -> String {
    format!("<noscript><div>{content}</div></noscript><div data-wasm-failed hidden>{content}</div>")
}

/// The home page's fallback: who is logged in must at least be able to log out.
fn home() -> String {
    format!(
        "<p class=\"note\">{NEEDS_APP} <a href=\"{}\">Go to the login page</a></p>\
         <form method=\"post\" action=\"{}\">\
         <button type=\"submit\" class=\"button\">Log out</button></form>",
        routes::LOGIN,
        routes::API_LOGOUT,
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
        let class = if *autocomplete == "email" {
            "field field-email"
        } else {
            "field"
        };
        format!(
            "<div class=\"{class}\"><label for=\"{name}\">{label}</label><div class=\"reveal\">\
             <input id=\"{name}\" name=\"{name}\" type=\"{kind}\" autocomplete=\"{autocomplete}\" \
             autocapitalize=\"none\" spellcheck=\"false\" {more}></div>\
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

/// The login page's content.
fn login(page: &StaticPage<'_>) -> String {
    let config = page.config;
    let next = page
        .next
        .map(ReturnTo::parse)
        .filter(|next| next.as_str() != routes::HOME);
    let next = next.as_ref().map(ReturnTo::as_str);
    let error = page.error.filter(|error| !error.is_empty());
    // Writing to a `String` cannot fail, here and below.
    let mut html = String::new();
    if error.is_none() && page.logged_out {
        html.push_str("<p class=\"note note-good\" role=\"status\">You are logged out.</p>");
    } else if error.is_none()
        && config.ended_by_provider
        && let Some(provider) = &config.openid
    {
        let label = escape(&provider.label);
        let _ = write!(
            html,
            "<p class=\"note\" role=\"status\">{label}{ENDED_BY_PROVIDER}</p>"
        );
    } else if error.is_none() && next.is_some() {
        html.push_str("<p class=\"lead\">Please log in to go on.</p>");
    }
    if config.database_away {
        html.push_str(&database_away());
    }
    if config.setup_needed {
        let setup = routes::SETUP;
        let _ = write!(
            html,
            "<p class=\"note\">This server has no administrator yet. \
             <a href=\"{setup}\">Set it up</a></p>"
        );
    }
    if let Some(error) = error {
        html.push_str(&error_card(error, page, next));
    }
    if config.password_login {
        html.push_str(&password_form(next, error.is_none()));
    }
    if config.password_login && config.openid.is_some() {
        html.push_str("<p class=\"or\">or</p>");
    }
    if let Some(provider) = &config.openid {
        html.push_str(&provider_link(provider, next, !config.password_login));
    }
    if !config.password_login && config.openid.is_none() {
        html.push_str(
            "<p class=\"note\">No way to log in is switched on. \
             Please ask your administrator.</p>",
        );
    }
    html
}

/// What is said where nobody can log in for now.
fn database_away() -> String {
    format!(
        "<p role=\"alert\" class=\"note note-bad\" data-code=\"{}\">{}</p>",
        ErrorCode::Unavailable.as_str(),
        ErrorCode::Unavailable.message(),
    )
}

/// The password form; it carries `next` along.
fn password_form(next: Option<&str>, has_focus: bool) -> String {
    let focus = if has_focus {
        "required autofocus"
    } else {
        "required"
    };
    let next = next.map_or(String::new(), |next| {
        format!(
            "<input type=\"hidden\" name=\"next\" value=\"{}\">",
            escape(next)
        )
    });
    let field = |name, label, kind, autocomplete, more| {
        Field {
            name,
            label,
            kind,
            autocomplete,
            more,
            hint: "",
        }
        .html()
    };
    [
        &format!(
            "<form id=\"login-form\" method=\"post\" action=\"{}\">",
            routes::API_LOGIN
        ),
        &next,
        &field("username", "Username", "text", "username", focus),
        &field(
            "password",
            "Password",
            "password",
            "current-password",
            "required",
        ),
        &submit("Log in"),
        "</form>",
    ]
    .concat()
}

/// Returns the address that leads to the OP, as an attribute's value.
fn openid_href(next: Option<&str>) -> String {
    let path = routes::API_LOGIN_OPENID;
    match next {
        Some(next) => {
            let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
            escape(&format!("{path}?next={next}"))
        }
        None => path.to_owned(),
    }
}

/// The link to the provider, with its tile.
fn provider_link(provider: &PublicProvider, next: Option<&str>, is_only: bool) -> String {
    let class = if is_only {
        "button button-main"
    } else {
        "button"
    };
    let initial = provider
        .label
        .chars()
        .next()
        .unwrap_or('?')
        .to_ascii_uppercase();
    let label = escape(&provider.label);
    let away = provider.unreachable_since.map_or(String::new(), |since| {
        let minutes = since.div_euclid(60);
        let (hour, minute) = (
            minutes.div_euclid(60).rem_euclid(24),
            minutes.rem_euclid(60),
        );
        format!(
            "<p class=\"hint\" id=\"provider-away\">{label} has not been reachable since \
             {hour:02}:{minute:02} UTC.</p>"
        )
    });
    format!(
        "<a class=\"{class}\" rel=\"external\" href=\"{}\">\
         <span class=\"tile tile-{}\" data-initial=\"{}\" aria-hidden=\"true\"></span>\
         <span>Log in with {label}</span></a>{away}",
        openid_href(next),
        escape(&provider.provider),
        escape(&initial.to_string()),
    )
}

/// What went wrong, who can mend it, and the next step.
fn error_card(error: &str, page: &StaticPage<'_>, next: Option<&str>) -> String {
    let code = LoginErrorCode::parse(error);
    let lost = page.because.and_then(Lost::parse);
    let guide = code.map_or(UNKNOWN_GUIDE, |code| code.guide_where(lost));
    let provider = page.config.openid.as_ref();
    let reference = page.reference.filter(|reference| is_reference(reference));
    let told = guide.tell(
        provider.map(|provider| provider.label.as_str()),
        reference.is_some(),
    );
    let hint = page.config.hint.as_ref().map_or(String::new(), |hint| {
        format!(
            "<p class=\"hint\"><strong>For the administrator: </strong>{}</p>",
            escape(hint)
        )
    });
    let reference = reference.map(escape).map_or(String::new(), |reference| {
        format!(
            "<p class=\"reference\">Reference <code data-ref=\"{reference}\">{reference}</code></p>"
        )
    });
    let button = match (guide.next, provider) {
        (NextStep::TryProviderAgain, Some(provider)) => format!(
            "<a class=\"button\" rel=\"external\" href=\"{}\">Try {} again</a>",
            openid_href(next),
            escape(&provider.label),
        ),
        (NextStep::UsePassword, _) if page.config.password_login => {
            "<a class=\"button\" href=\"#username\">Use your password</a>".to_owned()
        }
        // Autologin is the app's, so the plain page does not leave at once; with `local`, the app
        // does not either.
        _ => format!(
            "<a class=\"button\" href=\"{}?local=1\">Back to the login page</a>",
            routes::LOGIN
        ),
    };
    format!(
        "<section class=\"error-card\" role=\"alert\" data-code=\"{}\"><h2>{}</h2><p>{}</p>\
         <p>{} {}</p>{hint}{reference}{button}</section>",
        code.map_or("unknown", LoginErrorCode::as_str),
        escape(&told.title),
        escape(&told.sentence),
        escape(&told.step),
        told.mender,
    )
}

#[cfg(test)]
mod tests;
