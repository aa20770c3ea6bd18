//! The elements that the static pages are built from.

use shared::error::ErrorCode;
use shared::text::Text;

use crate::http::page::static_page::page::StaticPage;

/// Escapes text for content and for quoted attributes.
pub(super) fn escape(text: &str) -> String {
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

/// Shows the content only if there are no scripts, or if `boot.js` could not start the app.
pub(super) fn without_app(content: &str) -> String {
    format!("<noscript><div>{content}</div></noscript><div data-wasm-failed hidden>{content}</div>")
}

/// Returns a hidden field.
pub(super) fn hidden(name: &str, value: &str) -> String {
    format!(
        "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
        escape(value)
    )
}

/// One input, as the app's `Field` renders it.
pub(super) struct Field<'a> {
    /// Id and name.
    pub(super) name: &'a str,
    /// The visible name.
    pub(super) label: &'a str,
    /// `text` or `password`.
    pub(super) kind: &'a str,
    /// HTML's `autocomplete`.
    pub(super) autocomplete: &'a str,
    /// More attributes, as HTML.
    pub(super) more: &'a str,
    /// Help below it, as HTML.
    pub(super) hint: &'a str,
}

impl Field<'_> {
    /// Returns the field's HTML.
    pub(super) fn html(&self) -> String {
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

/// Returns the form's button.
pub(super) fn submit(text: &str) -> String {
    format!(
        "<div class=\"row\"><button type=\"submit\" class=\"button button-main\">{text}</button>\
         </div>"
    )
}

/// Returns the sentence for an error.
pub(super) fn problem(page: &StaticPage<'_>, code: ErrorCode) -> String {
    format!(
        "<p role=\"alert\" class=\"note note-bad\" data-code=\"{}\">{}</p>",
        code.as_str(),
        page.say(code.message()),
    )
}

/// Returns the row with an error's reference in the log.
pub(super) fn reference_row(label: &str, reference: &str) -> String {
    format!(
        "<p class=\"reference\">{label} <code data-ref=\"{0}\">{0}</code></p>",
        escape(reference)
    )
}

/// Returns the result of a plain form, which comes back with `?error=CODE`; empty if there is none.
pub(super) fn returned_problem(page: &StaticPage<'_>) -> String {
    let Some(code) = page.error.and_then(ErrorCode::parse) else {
        return String::new();
    };
    let own = page.config.public_url.as_deref();
    let link = own.filter(|_| code == ErrorCode::WrongAddress);
    let link = link.map_or(String::new(), |own| {
        let own = escape(own);
        let text = page.fill(Text::OPEN_ADDRESS, &[("address", &own)]);
        format!("<p><a href=\"{own}{}\">{text}</a></p>", page.at(page.path))
    });
    problem(page, code) + &link
}
