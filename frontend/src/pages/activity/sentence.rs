//! What happened, as a sentence.

use shared::audit::{AuditEntry, AuditKind, Party};
use shared::text::Text;

use crate::pages::activity::kinds::in_words;
use crate::text::fill;

/// Returns the sentence of an event: "ada logged in with Authentik".
pub(super) fn sentence(entry: &AuditEntry) -> String {
    let account = entry.account.as_ref().map(name);
    let Some(text) = AuditKind::parse(&entry.kind).map(|kind| text(kind, entry)) else {
        return in_words(&entry.kind).into_owned();
    };
    let provider = entry.provider.as_deref().unwrap_or_default();
    match account {
        Some(account) => fill(
            text,
            &[
                ("account", &isolated(account)),
                ("provider", &isolated(provider)),
            ],
        ),
        None if is_about_nobody(&entry.kind) => fill(text, &[]),
        None => in_words(&entry.kind).into_owned(),
    }
}

/// Returns who did it, if that is somebody else than the account's owner.
pub(super) fn doer(entry: &AuditEntry) -> Option<String> {
    let other = entry
        .actor
        .as_ref()
        .filter(|_| entry.actor != entry.account);
    let who = other.map(name).or(entry.operator.as_deref())?;
    Some(fill(Text::EVENT_BY, &[("who", &isolated(who))]))
}

/// Returns the sentence of a kind; a login has one for each way to log in, and one with a provider
/// needs to know it.
fn text(kind: AuditKind, entry: &AuditEntry) -> Text {
    let detail = entry.detail.as_deref().unwrap_or_default();
    match kind {
        AuditKind::Login if entry.provider.is_some() => Text::EVENT_LOGIN_OPENID,
        AuditKind::Login => match detail {
            "password" => Text::EVENT_LOGIN_PASSWORD,
            "setup" => Text::EVENT_LOGIN_SETUP,
            detail if detail.ends_with("link") => Text::EVENT_LOGIN_LINK,
            _ => kind.sentence(),
        },
        AuditKind::LoginFailed if entry.account.is_some() => Text::EVENT_LOGIN_FAILED_AS,
        _ => kind.sentence(),
    }
}

/// Does the sentence of this kind do without an account?
fn is_about_nobody(kind: &str) -> bool {
    matches!(
        AuditKind::parse(kind),
        Some(
            AuditKind::LoginFailed
                | AuditKind::WelcomeFailed
                | AuditKind::SetupFailed
                | AuditKind::DatabaseRestored
        )
    )
}

/// Returns what an account is called.
pub(super) fn name(party: &Party) -> &str {
    party.username.as_deref().unwrap_or(&party.id)
}

/// Keeps a name's direction from turning the words around it (UAX #9).
fn isolated(name: &str) -> String {
    ["\u{2068}", name, "\u{2069}"].concat()
}

#[cfg(test)]
mod tests {
    use shared::audit::{AuditEntry, Party};

    use super::{doer, sentence};

    fn entry(kind: &str, account: Option<&str>) -> AuditEntry {
        AuditEntry {
            id: "1".to_owned(),
            at: 0,
            kind: kind.to_owned(),
            code: None,
            actor: None,
            operator: None,
            account: account.map(party),
            address: None,
            reference: None,
            detail: None,
            provider: None,
            cause: None,
            remedy: None,
        }
    }

    fn party(name: &str) -> Party {
        Party {
            id: name.to_owned(),
            username: Some(name.to_owned()),
        }
    }

    fn plain(text: String) -> String {
        text.replace(['\u{2068}', '\u{2069}'], "")
    }

    #[test]
    fn login_says_how() {
        let mut login = entry("login", Some("ada"));
        login.detail = Some("password".to_owned());
        assert_eq!(plain(sentence(&login)), "ada logged in with a password");

        login.detail = Some("https://op.example/".to_owned());
        login.provider = Some("Authentik".to_owned());
        assert_eq!(plain(sentence(&login)), "ada logged in with Authentik");
    }

    #[test]
    fn event_without_an_account_still_says_something() {
        assert_eq!(sentence(&entry("login_failed", None)), "A login failed");
        assert_eq!(sentence(&entry("role_changed", None)), "Role changed");
        assert_eq!(sentence(&entry("account_merged", None)), "account_merged");
    }

    #[test]
    fn others_are_named() {
        let mut made = entry("account_made", Some("ada"));
        made.actor = made.account.clone();
        assert_eq!(doer(&made), None);

        made.actor = Some(party("root"));
        assert_eq!(doer(&made).map(plain).as_deref(), Some("by root"));
    }
}
