//! The page of a request for an application that is refused: what happened, who can fix it, the next
//! step and the reference. Self-contained, since the host's other files are the application's.

use shared::error::ErrorCode;
use shared::text::{Language, Text, fill};

use crate::brand::Brand;
use crate::http::page::static_page::brand;
use crate::http::page::static_page::elements::{escape, reference_row};

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
    /// Returns title and body for a refusal, as HTML.
    pub(crate) fn refusal(&self, code: ErrorCode) -> (String, String) {
        let words = words(code, self.is_admin);
        let title = self.fill(words.title, element);
        let reference = reference_row(self.say(Text::REFERENCE), self.reference);
        let content = format!(
            "<p class=\"lead\">{}</p><p class=\"lead\">{} {}</p>\
             <div class=\"actions\">{}</div>{reference}",
            self.fill(words.sentence, element),
            self.fill(words.step, element),
            words.fixed_by.map_or("", |text| self.say(text)),
            self.buttons(code),
        );
        (
            self.titled(&self.fill(words.title, isolated)),
            self.card(code.as_str(), &title, &content),
        )
    }

    /// Returns title and body of the page that asks whether to log out, as HTML.
    pub(crate) fn logout(&self) -> (String, String) {
        let title = self.say(Text::DOOR_LOGOUT_TITLE);
        let content = format!(
            "<p class=\"lead\">{}</p><div class=\"actions\">{}{}</div>",
            self.say(Text::DOOR_LOGOUT_SENTENCE),
            self.form(Text::LOG_OUT, "button button-main"),
            self.to_home("button"),
        );
        (self.titled(title), self.card("logout", title, &content))
    }

    /// Returns what can be done next.
    fn buttons(&self, code: ErrorCode) -> String {
        match code {
            ErrorCode::AppForbidden => {
                self.to_home("button button-main") + &self.form(Text::DOOR_OTHER_ACCOUNT, "button")
            }
            // An empty address is that of the page itself.
            ErrorCode::AppUnreachable | ErrorCode::Unavailable => format!(
                "<a class=\"button button-main\" href=\"\">{}</a>{}",
                self.say(Text::TRY_AGAIN),
                self.to_home("button")
            ),
            _ => self.to_home("button button-main"),
        }
    }

    fn to_home(&self, class: &str) -> String {
        format!(
            "<a class=\"{class}\" href=\"{}\">{}</a>",
            escape(self.home),
            self.say(Text::DOOR_HOME)
        )
    }

    /// Returns a form that logs out, with that button; empty if it would lead nowhere.
    fn form(&self, text: Text, class: &str) -> String {
        self.logout.map_or(String::new(), |action| {
            format!(
                "<form method=\"post\" action=\"{}\"><button type=\"submit\" class=\"{class}\">{}\
                 </button></form>",
                escape(action),
                self.say(text)
            )
        })
    }

    fn card(&self, code: &str, title: &str, content: &str) -> String {
        format!(
            "<div class=\"entry\"><header class=\"brand\">{}</header>\
             <main class=\"card\" data-code=\"{code}\"><h1>{title}</h1>{content}</main>\
             <footer class=\"footer\">{}</footer></div>",
            brand::mark_inline(self.brand),
            brand::footer(self.brand),
        )
    }

    fn titled(&self, title: &str) -> String {
        format!("{title} – {}", escape(self.brand.name()))
    }

    fn say(&self, text: Text) -> &'static str {
        self.language.text(text)
    }

    /// Returns a text with the names in it, as HTML. `set_apart` has a name keep its own direction.
    fn fill(&self, text: Text, set_apart: fn(&str) -> String) -> String {
        let name = |name: Option<&str>| set_apart(&escape(name.unwrap_or_default()));
        let (app, username) = (name(self.app), name(self.username));
        fill(self.say(text), &[("app", &app), ("username", &username)])
    }
}

fn element(name: &str) -> String {
    format!("<bdi>{name}</bdi>")
}

/// For a document's title, which has no elements: FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE.
fn isolated(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
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
