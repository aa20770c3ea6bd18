//! The reasons of a decision, worded for the administrator.

use oidc::identity::VerifiedIdentity;
use shared::text::{Language, Text, fill};

use crate::config::{LinkByEmail, OidcConfig};
use crate::login::decide::Reason;
use crate::login::role::missing;

/// Explains the decision in one sentence.
#[must_use]
pub fn explain(
    reason: &Reason,
    identity: &VerifiedIdentity,
    oidc: &OidcConfig,
    language: Language,
) -> String {
    let say = |text, values: &[(&str, &str)]| fill(language.text(text), values);
    let of = |text, account: &String| say(text, &[("account", account.as_str())]);
    let claim = ("claim", oidc.rp.role_claim.as_deref().unwrap_or_default());
    match reason {
        Reason::RoleGiven(role) => say(Text::WHY_ROLE_GIVEN, &[claim, ("role", role.as_str())]),
        Reason::RoleMissing => {
            let missing = oidc.roles.as_ref().map(|wanted| missing(identity, wanted));
            let values = missing.unwrap_or_default();
            say(
                Text::WHY_ROLE_MISSING,
                &[claim, ("values", values.as_str())],
            )
        }
        Reason::Linked(username) => of(Text::WHY_LINKED, username),
        Reason::NotLinked => say(Text::WHY_NOT_LINKED, &[]),
        Reason::Email => explain_email(identity, oidc, language),
        Reason::VouchedFor(username) => of(Text::WHY_VOUCHED, username),
        Reason::Claimed(username) => of(Text::WHY_CLAIMED, username),
        Reason::EmailOfNobody => say(Text::WHY_EMAIL_OF_NOBODY, &[]),
        Reason::Disabled(username) => of(Text::WHY_DISABLED, username),
        Reason::BoundElsewhere(username) => of(Text::WHY_BOUND, username),
        Reason::LinkByEmail(setting) => format!(
            "OIDC_LINK_BY_EMAIL={}",
            match setting {
                LinkByEmail::Confirm => "confirm",
                LinkByEmail::Verified => "verified",
                LinkByEmail::Never => "never",
            }
        ),
        Reason::PasswordLoginOff => say(Text::WHY_PASSWORD_OFF, &[]),
        Reason::NoPassword(username) => of(Text::WHY_NO_PASSWORD, username),
        Reason::Asked(ways) => {
            let text = match (ways.has_account, ways.is_new) {
                (true, true) => Text::WHY_ASK_BOTH,
                (true, false) => Text::WHY_ASK_PASSWORD,
                (false, _) => Text::WHY_ASK_NEW,
            };
            say(text, &[])
        }
        Reason::Registration(true) => say(Text::WHY_REGISTRATION_OPEN, &[]),
        Reason::Registration(false) => say(Text::WHY_REGISTRATION_CLOSED, &[]),
    }
}

/// Returns the names of the claims on which the reason depends.
#[must_use]
pub fn claims_of<'a>(reason: &Reason, oidc: &'a OidcConfig) -> Vec<&'a str> {
    match reason {
        Reason::RoleGiven(_) | Reason::RoleMissing => {
            let path = oidc.rp.role_claim.as_deref().unwrap_or_default();
            path.split('.').take(1).collect()
        }
        Reason::Linked(_) | Reason::NotLinked | Reason::BoundElsewhere(_) => vec!["iss", "sub"],
        Reason::Email if oidc.rp.trust_unverified_email => vec!["email"],
        Reason::Email => vec!["email", "email_verified"],
        Reason::VouchedFor(_) | Reason::Claimed(_) | Reason::EmailOfNobody => vec!["email"],
        Reason::Registration(true) => vec![oidc.rp.username_claim.as_str()],
        Reason::Disabled(_)
        | Reason::LinkByEmail(_)
        | Reason::PasswordLoginOff
        | Reason::NoPassword(_)
        | Reason::Asked(_)
        | Reason::Registration(false) => Vec::new(),
    }
}

/// Describes what the OP says about the email.
fn explain_email(identity: &VerifiedIdentity, oidc: &OidcConfig, language: Language) -> String {
    let Some(email) = &identity.email else {
        return language.text(Text::WHY_EMAIL_NONE).to_owned();
    };
    let text = match (identity.is_email_verified, oidc.rp.trust_unverified_email) {
        (_, true) => Text::WHY_EMAIL_TRUSTED,
        (true, false) => Text::WHY_EMAIL_VERIFIED,
        (false, false) => Text::WHY_EMAIL_UNVERIFIED,
    };
    fill(language.text(text), &[("email", email.as_str())])
}
