//! What people call the kinds of entries.

use std::borrow::Cow;

use shared::audit::KINDS;
use shared::text::Text;

use crate::components::choice::Options;
use crate::text::say;

/// Returns the kind's text; `None` for one that only a newer server knows.
fn text(kind: &str) -> Option<Text> {
    Some(match kind {
        "login" => Text::ACTIVITY_LOGIN,
        "login_failed" => Text::ACTIVITY_LOGIN_FAILED,
        "logout" => Text::ACTIVITY_LOGOUT,
        "session_ended" => Text::ACTIVITY_SESSION_ENDED,
        "session_ended_by_op" => Text::ACTIVITY_SESSION_ENDED_BY_OP,
        "session_ended_by_admin" => Text::ACTIVITY_SESSION_ENDED_BY_ADMIN,
        "account_made" => Text::ACTIVITY_ACCOUNT_MADE,
        "account_disabled" => Text::ACTIVITY_ACCOUNT_DISABLED,
        "account_enabled" => Text::ACTIVITY_ACCOUNT_ENABLED,
        "account_deleted" => Text::ACTIVITY_ACCOUNT_DELETED,
        "email_changed" => Text::ACTIVITY_EMAIL_CHANGED,
        "display_name_changed" => Text::ACTIVITY_DISPLAY_NAME_CHANGED,
        "password_changed" => Text::ACTIVITY_PASSWORD_CHANGED,
        "password_set_by_link" => Text::ACTIVITY_PASSWORD_SET_BY_LINK,
        "role_changed" => Text::ACTIVITY_ROLE_CHANGED,
        "identity_linked" => Text::ACTIVITY_IDENTITY_LINKED,
        "identity_unlinked" => Text::ACTIVITY_IDENTITY_UNLINKED,
        "welcome_link_made" => Text::ACTIVITY_WELCOME_LINK_MADE,
        "welcome_failed" => Text::ACTIVITY_WELCOME_FAILED,
        "login_link_made" => Text::ACTIVITY_LOGIN_LINK_MADE,
        "login_link_used" => Text::ACTIVITY_LOGIN_LINK_USED,
        "identity_moved" => Text::ACTIVITY_IDENTITY_MOVED,
        "database_restored" => Text::ACTIVITY_DATABASE_RESTORED,
        "setup_failed" => Text::ACTIVITY_SETUP_FAILED,
        _ => return None,
    })
}

/// Returns the kind in words, or as it is.
pub(super) fn in_words(kind: &str) -> Cow<'static, str> {
    match text(kind) {
        Some(text) => Cow::Borrowed(say(text)),
        None => Cow::Owned(kind.to_owned()),
    }
}

/// Returns what there is to choose from, with the one that is asked for now, known or not.
pub(super) fn options(asked: &str) -> Options {
    let mut options = vec![(String::new(), say(Text::ACTIVITY_ALL_KINDS).to_owned())];
    let unknown = Some(asked).filter(|kind| !kind.is_empty() && !KINDS.contains(kind));
    for kind in KINDS.iter().copied().chain(unknown) {
        options.push((kind.to_owned(), in_words(kind).into_owned()));
    }
    options
}

#[cfg(test)]
mod tests {
    use shared::audit::KINDS;

    use super::{in_words, options, text};

    #[test]
    fn every_kind_has_words() {
        for kind in KINDS {
            assert!(text(kind).is_some(), "{kind}");
        }
    }

    #[test]
    fn unknown_kind_stays_as_it_is() {
        assert_eq!(in_words("account_merged"), "account_merged");
        let options = options("account_merged");
        assert_eq!(options.last().unwrap().0, "account_merged");
        assert_eq!(options.len(), KINDS.len() + 2);
    }
}
