//! The reasons of a decision, worded for the administrator.

use oidc::identity::VerifiedIdentity;

use crate::config::{LinkByEmail, OidcConfig};
use crate::login::decide::Reason;
use crate::login::role::missing;

/// Explains the decision in one sentence.
#[must_use]
pub fn explain(reason: &Reason, identity: &VerifiedIdentity, oidc: &OidcConfig) -> String {
    let claim = oidc.rp.role_claim.as_deref().unwrap_or_default();
    match reason {
        Reason::RoleGiven(role) => format!(
            "The claim {claim} (OIDC_CLAIM_ROLES) gives the role {}",
            role.as_str()
        ),
        Reason::RoleMissing => {
            let missing = oidc.roles.as_ref().map(|wanted| missing(identity, wanted));
            format!(
                "The claim {claim} (OIDC_CLAIM_ROLES) has no value that OIDC_ROLE_ADMIN or \
                 OIDC_ROLE_USER names: {}",
                missing.unwrap_or_default()
            )
        }
        Reason::Linked(username) => format!(
            "The subject is connected to the account {username}; its email is not looked at"
        ),
        Reason::NotLinked => "No account is connected to this subject".to_owned(),
        Reason::Email => explain_email(identity, oidc),
        Reason::VouchedFor(username) => {
            format!("The email is vouched for as that of the account {username}")
        }
        Reason::Claimed(username) => {
            format!("The account {username} claims the email, which nobody vouches for as its own")
        }
        Reason::EmailOfNobody => "No account has this email".to_owned(),
        Reason::Disabled(username) => format!("The account {username} is disabled"),
        Reason::BoundElsewhere(username) => format!(
            "The account {username} is connected to another subject of this OP, and is never \
             connected anew by email"
        ),
        Reason::LinkByEmail(setting) => format!(
            "OIDC_LINK_BY_EMAIL={}",
            match setting {
                LinkByEmail::Confirm => "confirm",
                LinkByEmail::Verified => "verified",
                LinkByEmail::Never => "never",
            }
        ),
        Reason::PasswordLoginOff => {
            "No password can be asked for: DISABLE_USERPASS_LOGIN=true".to_owned()
        }
        Reason::NoPassword(username) => {
            format!("The account {username} has no password that can be asked for")
        }
        Reason::Asked(ways) => match (ways.has_account, ways.is_new) {
            (true, true) => {
                "So the person is asked for the password of an account, or says to be new"
            }
            (true, false) => "So the person is asked for the password of an account",
            (false, _) => "So the person is asked whether they are new",
        }
        .to_owned(),
        Reason::Registration(is_open) => {
            let do_they = if *is_open {
                "get an account"
            } else {
                "get no account"
            };
            format!("Unknown identities {do_they} (OIDC_ALLOW_REGISTRATION={is_open})")
        }
    }
}

/// Describes what the OP says about the email.
fn explain_email(identity: &VerifiedIdentity, oidc: &OidcConfig) -> String {
    let Some(email) = &identity.email else {
        return "The OP sent no email that is one".to_owned();
    };
    let how = match (identity.is_email_verified, oidc.rp.trust_unverified_email) {
        (_, true) => "taken as verified, whatever the OP says (OIDC_TRUST_UNVERIFIED_EMAIL=true)",
        (true, false) => "verified by the OP",
        (false, false) => "not verified by the OP (email_verified is not true)",
    };
    format!("The email {} is {how}", email.as_str())
}
