//! What is typed of an account, what is wrong with it, and what of it the server has refused.

use leptos::prelude::*;
use shared::email::Email;
use shared::error::ErrorCode;
use shared::name::{is_display_name, is_username};
use shared::session::Role;
use shared::text::Text;
use shared::users::{NewUser, UserEntry, UserUpdate};

use crate::api;
use crate::components::choice::Options;
use crate::text::say;

/// An account as it is typed.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// Its username; of a new one alone.
    pub(super) username: RwSignal<String>,
    /// Its email.
    pub(super) email: RwSignal<String>,
    /// Its display name.
    pub(super) display_name: RwSignal<String>,
    /// Its role, as on the wire.
    pub(super) role: RwSignal<String>,
    /// Is it refused everywhere?
    pub(super) is_disabled: RwSignal<bool>,
    /// Has the email been left? It is checked from then on.
    pub(super) is_email_left: RwSignal<bool>,
    /// Has it been tried to send this? All is checked from then on.
    pub(super) is_tried: RwSignal<bool>,
    /// What the server refused, and the text that it was about.
    refused: RwSignal<Option<(ErrorCode, String)>>,
}

impl Draft {
    /// Creates an empty one.
    pub(super) fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            username: empty(),
            email: empty(),
            display_name: empty(),
            role: RwSignal::new(Role::User.as_str().to_owned()),
            is_disabled: RwSignal::new(false),
            is_email_left: RwSignal::new(false),
            is_tried: RwSignal::new(false),
            refused: RwSignal::new(None),
        }
    }

    /// Creates one of an account as it is.
    pub(super) fn of(entry: &UserEntry) -> Self {
        let draft = Self::new();
        draft.take(entry);
        draft
    }

    /// Takes an account over as it is, with all that was wrong gone.
    pub(super) fn take(self, entry: &UserEntry) {
        self.email.set(entry.email.clone().unwrap_or_default());
        let name = entry.display_name.clone().unwrap_or_default();
        self.display_name.set(name);
        self.role.set(entry.role.as_str().to_owned());
        self.is_disabled.set(entry.disabled);
        self.clear_errors();
    }

    /// Empties it.
    pub(super) fn clear(self) {
        for text in [self.username, self.email, self.display_name] {
            text.set(String::new());
        }
        self.role.set(Role::User.as_str().to_owned());
        self.clear_errors();
    }

    /// Nothing is wrong yet.
    fn clear_errors(self) {
        self.is_email_left.set(false);
        self.is_tried.set(false);
        self.refused.set(None);
    }

    /// Marks it as tried, and tells whether it may be sent.
    pub(super) fn is_fit(self, is_new: bool) -> bool {
        self.is_tried.set(true);
        self.refused.set(None);
        let faults = [
            if is_new { self.username_fault() } else { "" },
            self.email_fault(),
            self.name_fault(),
        ];
        faults.iter().all(|fault| fault.is_empty())
    }

    /// Keeps the server's refusal, if it is about one of the fields. All other answers pass.
    pub(super) fn refuse<T>(self, answer: api::Result<T>) -> api::Result<Option<T>> {
        let code = match answer {
            Ok(answer) => return Ok(Some(answer)),
            Err(api::Error::Problem(problem)) if self.text_about(problem.code).is_some() => {
                problem.code
            }
            Err(error) => return Err(error),
        };
        let text = self.text_about(code).unwrap_or_default();
        self.refused.set(Some((code, text)));
        Ok(None)
    }

    /// Returns what a refusal is about, if it is about a field.
    fn text_about(self, code: ErrorCode) -> Option<String> {
        Some(match code {
            ErrorCode::UsernameInvalid | ErrorCode::UsernameTaken => self.username.get_untracked(),
            ErrorCode::EmailInvalid | ErrorCode::EmailTaken => self.email.get_untracked(),
            ErrorCode::DisplayNameInvalid => self.display_name.get_untracked(),
            ErrorCode::LastAdmin => {
                let state = if self.is_disabled.get_untracked() {
                    "!"
                } else {
                    ""
                };
                [&*self.role.read_untracked(), state].concat()
            }
            _ => return None,
        })
    }

    /// Returns the sentence of a refusal with one of these codes, as long as the text is the same.
    fn refusal(self, codes: [ErrorCode; 2], text: &str) -> &'static str {
        match &*self.refused.read() {
            Some((code, refused)) if codes.contains(code) && refused == text => say(code.message()),
            _ => "",
        }
    }

    /// What is wrong with the username; empty if nothing is.
    pub(super) fn username_fault(self) -> &'static str {
        let username = self.username.read();
        if self.is_tried.get() && !is_username(username.trim()) {
            return say(ErrorCode::UsernameInvalid.message());
        }
        self.refusal(
            [ErrorCode::UsernameInvalid, ErrorCode::UsernameTaken],
            &username,
        )
    }

    /// What is wrong with the email.
    pub(super) fn email_fault(self) -> &'static str {
        let email = self.email.read();
        let is_checked = self.is_email_left.get() || self.is_tried.get();
        if is_checked && !email.trim().is_empty() && Email::parse(&email).is_err() {
            return say(ErrorCode::EmailInvalid.message());
        }
        self.refusal([ErrorCode::EmailInvalid, ErrorCode::EmailTaken], &email)
    }

    /// What is wrong with the display name.
    pub(super) fn name_fault(self) -> &'static str {
        let name = self.display_name.read();
        if !is_display_name(name.trim()) {
            return say(ErrorCode::DisplayNameInvalid.message());
        }
        self.refusal([ErrorCode::DisplayNameInvalid; 2], &name)
    }

    /// What is wrong with role and state.
    pub(super) fn role_fault(self) -> &'static str {
        let state = if self.is_disabled.get() { "!" } else { "" };
        let text = [&*self.role.read(), state].concat();
        self.refusal([ErrorCode::LastAdmin; 2], &text)
    }

    /// Returns the role that is chosen.
    pub(super) fn chosen_role(self) -> Role {
        if *self.role.read() == Role::Admin.as_str() {
            Role::Admin
        } else {
            Role::User
        }
    }

    /// Returns the new account.
    pub(super) fn new_user(self) -> NewUser {
        NewUser {
            username: self.username.read().trim().to_owned(),
            email: Some(self.email.read().trim().to_owned()),
            display_name: Some(self.display_name.read().trim().to_owned()),
            role: self.chosen_role(),
        }
    }

    /// Returns what differs from the account as it is, and what people call that.
    pub(super) fn update(self, entry: &UserEntry) -> (UserUpdate, Vec<&'static str>) {
        let mut names = Vec::new();
        let mut text = |typed: RwSignal<String>, before: &Option<String>, name| {
            let typed = typed.read().trim().to_owned();
            let differs = typed != before.as_deref().unwrap_or_default();
            differs.then(|| {
                names.push(say(name));
                typed
            })
        };
        let email = text(self.email, &entry.email, Text::EMAIL);
        let display_name = text(self.display_name, &entry.display_name, Text::NAME_LABEL);
        let role = Some(self.chosen_role()).filter(|role| *role != entry.role);
        let disabled = Some(self.is_disabled.get()).filter(|is| *is != entry.disabled);
        names.extend(role.map(|_| say(Text::ROLE)));
        names.extend(disabled.map(|_| say(Text::USERS_ENABLED)));
        let update = UserUpdate {
            email,
            display_name,
            role,
            disabled,
        };
        (update, names)
    }
}

/// Returns the roles that there are.
pub(super) fn roles() -> Options {
    [Role::User, Role::Admin]
        .map(|role| (role.as_str().to_owned(), role_text(role).to_owned()))
        .to_vec()
}

/// Returns what people call a role.
pub(super) fn role_text(role: Role) -> &'static str {
    say(match role {
        Role::Admin => Text::ROLE_ADMIN,
        Role::User => Text::ROLE_USER,
    })
}

#[cfg(test)]
mod tests {
    use leptos::prelude::*;
    use shared::error::{ErrorCode, Problem};
    use shared::session::Role;
    use shared::users::{UserEntry, UserUpdate};

    use super::Draft;
    use crate::api::Error;

    fn alice() -> UserEntry {
        UserEntry {
            id: "1".to_owned(),
            username: "alice".to_owned(),
            display_name: None,
            email: Some("alice@example.com".to_owned()),
            email_vouched_for: false,
            role: Role::Admin,
            disabled: false,
            has_password: true,
            created_at: 0,
            last_login_at: None,
            identities: Vec::new(),
            welcome_until: None,
            applications: None,
        }
    }

    fn refused(code: ErrorCode) -> Error {
        Error::Problem(Problem {
            kind: "about:blank".to_owned(),
            title: String::new(),
            status: 409,
            code,
            reference: "r".to_owned(),
            retry_after: None,
        })
    }

    #[test]
    fn only_what_differs_is_sent() {
        Owner::new().with(|| {
            let draft = Draft::of(&alice());
            assert_eq!(draft.update(&alice()), (UserUpdate::default(), Vec::new()));

            draft.display_name.set(" Alice ".to_owned());
            draft.role.set("user".to_owned());
            let (update, names) = draft.update(&alice());

            assert_eq!(update.display_name.as_deref(), Some("Alice"));
            assert_eq!((update.role, update.email), (Some(Role::User), None));
            assert_eq!(names, ["Display name", "Role"]);
        });
    }

    #[test]
    fn refusal_stands_beside_its_field_until_that_changes() {
        Owner::new().with(|| {
            let draft = Draft::of(&alice());
            assert!(draft.refuse::<()>(Err(refused(ErrorCode::EmailTaken))) == Ok(None));
            assert_ne!(draft.email_fault(), "");
            assert_eq!(draft.role_fault(), "");

            draft.email.set("other@example.com".to_owned());
            assert_eq!(draft.email_fault(), "");

            assert!(draft.refuse::<()>(Err(refused(ErrorCode::LastAdmin))) == Ok(None));
            assert_ne!(draft.role_fault(), "");
            draft.is_disabled.set(true);
            assert_eq!(draft.role_fault(), "");
        });
    }

    #[test]
    fn other_failures_are_no_fields() {
        Owner::new().with(|| {
            let answer = Draft::new().refuse::<()>(Err(Error::Offline));
            assert!(answer == Err(Error::Offline));
        });
    }
}
