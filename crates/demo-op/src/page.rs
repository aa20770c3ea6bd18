//! The OP's HTML pages.

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::request::Request;
use crate::world::World;

/// The path of the login page.
pub(crate) const LOGIN_PATH: &str = "/if/flow/default-authentication-flow/";

/// The style of all pages.
const STYLE: &str = include_str!("page.css");

/// Escapes text for HTML.
fn escape(text: &str) -> String {
    text.chars().fold(
        String::with_capacity(text.len()),
        |mut escaped, character| {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                other => escaped.push(other),
            }
            escaped
        },
    )
}

/// A whole page around `content`, which is HTML already.
///
/// The title is Authentik's, because a diagnosis tool recognizes an OP by it.
fn page(status: StatusCode, content: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>authentik</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         {content}\n</main>\n</body>\n</html>\n"
    );
    let headers = [
        ("cache-control", "no-store"),
        ("referrer-policy", "same-origin"),
    ];
    (status, headers, Html(html)).into_response()
}

/// A heading and a sentence.
fn text_page(status: StatusCode, heading: &str, text: &str) -> Response {
    page(
        status,
        &format!("<h1>{}</h1>\n<p>{}</p>", escape(heading), escape(text)),
    )
}

/// A page with a message for a person.
pub(crate) fn message(heading: &str, text: &str) -> Response {
    text_page(StatusCode::OK, heading, text)
}

/// A request that cannot be sent back to the RP.
pub(crate) fn bad_request(heading: &str, text: &str) -> Response {
    text_page(StatusCode::BAD_REQUEST, heading, text)
}

/// A policy of the application refuses the user.
pub(crate) fn permission_denied() -> Response {
    message(
        "Permission denied",
        "Your account is not allowed to use this application.",
    )
}

/// A page for an unknown path.
pub(crate) fn not_found() -> Response {
    text_page(
        StatusCode::NOT_FOUND,
        "Not Found",
        "The OP has no such page.",
    )
}

/// Sends the browser to the login page, and afterwards to `next`.
pub(crate) fn to_login(next: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, login_url(next))]).into_response()
}

/// Returns the login page's address; the login goes on to `next`.
fn login_url(next: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("next", next)
        .finish();
    format!("{LOGIN_PATH}?{query}")
}

/// The login page, with an error about the last input.
pub(crate) fn login(world: &World, request: &Request, complaint: Option<&str>) -> Response {
    let next = request.params("next").first().copied().unwrap_or_default();
    let action = escape(&login_url(next));
    let username = escape(request.param("username").unwrap_or_default());
    let complaint = complaint
        .map(|text| format!("<p role=\"alert\">{}</p>\n", escape(text)))
        .unwrap_or_default();
    let accounts = if world.settings.show_accounts {
        accounts(world)
    } else {
        String::new()
    };
    page(
        StatusCode::OK,
        &format!(
            "<h1>Demo provider</h1>\n<p>Log in to go on to {slug}.</p>\n{complaint}\
             <form method=\"post\" action=\"{action}\">\n\
             <label>Username <input name=\"username\" value=\"{username}\" autofocus required \
             autocapitalize=\"none\" autocomplete=\"username\"></label>\n\
             <label>Password <input name=\"password\" type=\"password\" required \
             autocomplete=\"current-password\"></label>\n\
             <div class=\"row\">\n\
             <button type=\"submit\" name=\"action\" value=\"login\">Log in</button>\n\
             <button type=\"submit\" name=\"action\" value=\"cancel\" formnovalidate>Cancel</button>\n\
             </div>\n</form>{accounts}",
            slug = escape(&world.settings.slug),
        ),
    )
}

/// The accounts of a demo, for people to try.
fn accounts(world: &World) -> String {
    let lines: Vec<_> = world
        .settings
        .users
        .iter()
        .map(|user| {
            let (name, password) = (escape(&user.username), escape(&user.password));
            format!("<p><code>{name}</code>, password <code>{password}</code></p>\n")
        })
        .collect();
    format!(
        "\n<aside>\n<p>Accounts of this demo:</p>\n{}</aside>",
        lines.concat()
    )
}

/// The response mode `form_post`: a form that submits itself.
pub(crate) fn form_post(uri: &str, response: &[(String, String)]) -> Response {
    let inputs: Vec<_> = response
        .iter()
        .map(|(name, value)| {
            let (name, value) = (escape(name), escape(value));
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">\n")
        })
        .collect();
    page(
        StatusCode::OK,
        &format!(
            "<h1>One moment</h1>\n<form method=\"post\" action=\"{}\">\n{}\
             <button autofocus>Go on</button>\n</form>\n\
             <script>document.forms[0].submit()</script>",
            escape(uri),
            inputs.concat(),
        ),
    )
}
