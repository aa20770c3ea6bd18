//! The elements that the static pages are built from.

use maud::{Markup, PreEscaped, html};
use shared::error::ErrorCode;
use shared::field::FieldKind;
use shared::text::{Text, fill};

use crate::http::page::static_page::page::StaticPage;

/// Shows the content only if there are no scripts, or if `boot.js` could not start the app.
pub(super) fn without_app(content: &Markup) -> Markup {
    html! {
        noscript { div { (content) } }
        div data-wasm-failed hidden { (content) }
    }
}

/// Returns a text with elements in its placeholders.
pub(super) fn with_elements(text: &str, elements: &[(&str, &Markup)]) -> Markup {
    let values: Vec<_> = elements
        .iter()
        .map(|(name, element)| (*name, element.0.as_str()))
        .collect();
    // Our own texts have no characters that are special in HTML; a test in `shared` checks that.
    PreEscaped(fill(text, &values))
}

/// Returns a hidden field.
pub(super) fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// One input, as the app's `Field` draws it.
pub(super) struct Field<'a> {
    /// Id and name.
    pub(super) name: &'a str,
    /// The visible name.
    pub(super) label: &'a str,
    /// What it holds.
    pub(super) kind: FieldKind,
    /// Help below it; empty if there is none.
    pub(super) hint: &'a str,
    /// May it stay empty?
    pub(super) is_optional: bool,
    /// Does the focus go here when the page arrives?
    pub(super) has_focus: bool,
    /// How many characters it takes at most.
    pub(super) max_chars: Option<usize>,
}

impl<'a> Field<'a> {
    /// Returns a field that must be filled, without help and without the focus.
    pub(super) fn new(name: &'a str, label: &'a str, kind: FieldKind) -> Self {
        Self {
            name,
            label,
            kind,
            hint: "",
            is_optional: false,
            has_focus: false,
            max_chars: None,
        }
    }

    /// Draws it.
    pub(super) fn draw(&self) -> Markup {
        let Self { name, kind, .. } = self;
        html! {
            div.field.field-email[*kind == FieldKind::Email] {
                label for=(name) { (self.label) }
                div.reveal {
                    input
                        id=(name)
                        name=(name)
                        type=(if kind.is_secret() { "password" } else { "text" })
                        autocomplete=(kind.autocomplete())
                        inputmode=(kind.input_mode())
                        autocapitalize=(kind.autocapitalize())
                        spellcheck="false"
                        dir=(kind.direction())
                        aria-describedby={ (name) "-fault " (name) "-hint" }
                        required[!self.is_optional]
                        minlength=[kind.min_chars()]
                        maxlength=[self.max_chars]
                        data-autofocus[self.has_focus];
                }
                p.hint id={ (name) "-hint" } { (self.hint) }
                p.fault id={ (name) "-fault" } aria-live="polite" {}
            }
        }
    }
}

/// Returns the two fields by which an account logs in.
pub(super) fn credentials(page: &StaticPage<'_>, has_focus: bool) -> Markup {
    let (username, password) = (page.say(Text::USERNAME), page.say(Text::PASSWORD));
    let username = Field {
        has_focus,
        ..Field::new("username", username, FieldKind::Username)
    };
    let password = Field::new("password", password, FieldKind::CurrentPassword);
    html! { (username.draw()) (password.draw()) }
}

/// Returns the end of a form: its button, and the place of the app's answer.
pub(super) fn submit(text: &str) -> Markup {
    html! {
        div.row {
            button.button.button-main type="submit" { (text) }
            p.saved role="status" {}
        }
    }
}

/// Returns the sentence for an error.
pub(super) fn problem(page: &StaticPage<'_>, code: ErrorCode) -> Markup {
    html! {
        p.note.note-bad role="alert" data-code=(code.as_str()) { (page.say(code.message())) }
    }
}

/// Returns the row with an error's reference in the log.
pub(super) fn reference_row(label: &str, reference: &str) -> Markup {
    html! { p.reference { (label) " " code data-ref=(reference) { (reference) } } }
}

/// Returns the result of a plain form, which comes back with `?error=CODE`; empty if there is none.
pub(super) fn returned_problem(page: &StaticPage<'_>) -> Markup {
    let code = page.error.and_then(ErrorCode::parse);
    let own = page.config.public_url.as_deref();
    html! {
        @if let Some(code) = code {
            (problem(page, code))
            @if let Some(own) = own && code == ErrorCode::WrongAddress {
                p {
                    a href={ (own) (page.at(page.path)) } {
                        (page.fill(Text::OPEN_ADDRESS, &[("address", own)]))
                    }
                }
            }
        }
    }
}
