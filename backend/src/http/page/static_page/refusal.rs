//! The page of a request for an application that is refused: what happened, who can fix it, the next
//! step and the reference. Self-contained, since the host's other files are the application's.

use maud::{Markup, html};
use shared::error::ErrorCode;
use shared::text::{Language, Text, fill};

use crate::brand::Brand;
use crate::http::page::static_page::brand;
use crate::http::page::static_page::elements::{reference_row, with_elements};

/// The inputs of the page.
pub(crate) struct RefusalPage<'a> {
    /// The language that the browser gets.
    pub(crate) language: Language,
    /// The brand.
    pub(crate) brand: &'a Brand,
    /// What people call the application; `None` if there is none at this address.
    pub(crate) app: Option<&'a str>,
    /// Who is logged in; `None` if that does not matter.
    pub(crate) username: Option<&'a str>,
    /// True if that is an admin, who has nobody to ask.
    pub(crate) is_admin: bool,
    /// The reference in the log.
    pub(crate) reference: &'a str,
    /// The address of Postern's own first page.
    pub(crate) home: &'a str,
    /// Where a form logs out; `None` if no session can be here.
    pub(crate) logout: Option<&'a str>,
}

/// What the page says of an error.
struct Words {
    title: Text,
    sentence: Text,
    step: Text,
    /// `None` if the step says it.
    fixed_by: Option<Text>,
}

impl RefusalPage<'_> {
    /// Returns title and body for a refusal.
    pub(crate) fn refusal(&self, code: ErrorCode) -> (String, Markup) {
        let words = words(code, self.is_admin);
        let content = html! {
            p.lead { (self.fill(words.sentence)) }
            p.lead {
                (self.fill(words.step)) " "
                @if let Some(fixed_by) = words.fixed_by { (self.say(fixed_by)) }
            }
            div.actions { (self.buttons(code)) }
            (reference_row(self.say(Text::REFERENCE), self.reference))
        };
        (
            self.titled(&self.fill_title(words.title)),
            self.card(code.as_str(), &self.fill(words.title), &content),
        )
    }

    /// Returns title and body of the page that asks whether to log out.
    pub(crate) fn logout(&self) -> (String, Markup) {
        let title = self.say(Text::DOOR_LOGOUT_TITLE);
        let content = html! {
            p.lead { (self.say(Text::DOOR_LOGOUT_SENTENCE)) }
            div.actions {
                (self.form(Text::LOG_OUT, true))
                (self.to_home(false))
            }
        };
        let card = self.card("logout", &html! { (title) }, &content);
        (self.titled(title), card)
    }

    /// Returns what can be done next.
    fn buttons(&self, code: ErrorCode) -> Markup {
        html! {
            @match code {
                ErrorCode::AppForbidden => {
                    (self.to_home(true))
                    (self.form(Text::DOOR_OTHER_ACCOUNT, false))
                },
                ErrorCode::AppUnreachable | ErrorCode::Unavailable => {
                    // An empty address is that of the page itself.
                    a.button.button-main href="" { (self.say(Text::TRY_AGAIN)) }
                    (self.to_home(false))
                },
                _ => { (self.to_home(true)) },
            }
        }
    }

    /// Returns the link to the first page, which may be the main thing to do.
    fn to_home(&self, is_main: bool) -> Markup {
        html! { a.button.button-main[is_main] href=(self.home) { (self.say(Text::DOOR_HOME)) } }
    }

    /// Returns a form that logs out, with that button; empty if it would lead nowhere.
    fn form(&self, text: Text, is_main: bool) -> Markup {
        html! {
            @if let Some(action) = self.logout {
                form method="post" action=(action) {
                    button.button.button-main[is_main] type="submit" { (self.say(text)) }
                }
            }
        }
    }

    fn card(&self, code: &str, title: &Markup, content: &Markup) -> Markup {
        html! {
            div.entry {
                header.brand { (brand::mark_inline(self.brand)) }
                main.card data-code=(code) {
                    h1 { (title) }
                    (content)
                }
                footer.footer { (brand::footer(self.brand)) }
            }
        }
    }

    fn titled(&self, title: &str) -> String {
        format!("{title} – {}", self.brand.name())
    }

    fn say(&self, text: Text) -> &'static str {
        self.language.text(text)
    }

    /// Returns a text with the names in it, which keep their own direction.
    fn fill(&self, text: Text) -> Markup {
        let app = html! { bdi { (self.app.unwrap_or_default()) } };
        let username = html! { bdi { (self.username.unwrap_or_default()) } };
        let names = [("app", &app), ("username", &username)];
        with_elements(self.say(text), &names)
    }

    /// The same for a document's title, which has no elements: FIRST STRONG ISOLATE and POP
    /// DIRECTIONAL ISOLATE.
    fn fill_title(&self, text: Text) -> String {
        let app = format!("\u{2068}{}\u{2069}", self.app.unwrap_or_default());
        fill(self.say(text), &[("app", &app)])
    }
}

fn words(code: ErrorCode, is_admin: bool) -> Words {
    match code {
        ErrorCode::AppForbidden if is_admin => Words {
            title: Text::DOOR_FORBIDDEN_TITLE,
            sentence: Text::DOOR_FORBIDDEN_SENTENCE,
            step: Text::DOOR_FORBIDDEN_STEP_ADMIN,
            fixed_by: None,
        },
        ErrorCode::AppForbidden => Words {
            title: Text::DOOR_FORBIDDEN_TITLE,
            sentence: Text::DOOR_FORBIDDEN_SENTENCE,
            step: Text::DOOR_FORBIDDEN_STEP,
            fixed_by: Some(Text::FIXED_BY_ADMINISTRATOR),
        },
        ErrorCode::AppUnreachable => Words {
            title: Text::DOOR_UNREACHABLE_TITLE,
            sentence: Text::DOOR_UNREACHABLE_SENTENCE,
            step: Text::DOOR_UNREACHABLE_STEP,
            fixed_by: Some(Text::FIXED_BY_ADMINISTRATOR),
        },
        ErrorCode::AppUnknown | ErrorCode::NotFound => Words {
            title: Text::DOOR_UNKNOWN_TITLE,
            sentence: Text::DOOR_UNKNOWN_SENTENCE,
            step: Text::DOOR_UNKNOWN_STEP,
            fixed_by: Some(Text::FIXED_BY_ADMINISTRATOR),
        },
        ErrorCode::CrossSite | ErrorCode::BadRequest | ErrorCode::MethodNotAllowed => Words {
            title: Text::DOOR_REFUSED_TITLE,
            sentence: code.message(),
            step: Text::DOOR_REFUSED_STEP,
            fixed_by: Some(Text::FIXED_BY_YOU),
        },
        _ => Words {
            title: Text::DOOR_REFUSED_TITLE,
            sentence: code.message(),
            step: Text::DOOR_REFUSED_STEP,
            fixed_by: Some(Text::FIXED_BY_ADMINISTRATOR),
        },
    }
}
