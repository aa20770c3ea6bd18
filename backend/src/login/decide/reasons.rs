//! Why the identity policy decides as it does, in words for the administrator.

use crate::account::Account;
use crate::config::{LinkByEmail, OidcConfig};
use crate::login::decide::{Decision, EmailMatch, Facts, Policy};
use crate::login::role::RoleAnswer;
use oidc::identity::VerifiedIdentity;

/// Returns the reasons, in the order of the contract's section 5.
#[must_use]
pub fn reasons(
    identity: &VerifiedIdentity,
    answer: RoleAnswer,
    facts: &Facts,
    policy: Policy,
    oidc: &OidcConfig,
) -> Vec<String> {
    let mut reasons = Vec::new();
    reasons.extend(role(answer, oidc));
    if answer == RoleAnswer::None {
        return reasons;
    }
    if let Some(account) = &facts.linked {
        reasons.push(format!(
            "The subject is connected to the account {}; its email is not looked at",
            account.username
        ));
        reasons.extend(disabled(account));
        return reasons;
    }
    reasons.push("No account is connected to this subject".to_owned());
    reasons.push(email(identity, oidc));
    if let Some(found) = &facts.by_email {
        by_email(&mut reasons, found, facts.is_email_verified, policy);
        return reasons;
    }
    if facts.has_email {
        reasons.push("No account has this email".to_owned());
    }
    let do_they = if policy.allow_registration {
        "get an account"
    } else {
        "get no account"
    };
    reasons.push(format!(
        "Unknown identities {do_they} (OIDC_ALLOW_REGISTRATION={})",
        policy.allow_registration
    ));
    reasons
}

/// What the role claims come to; nothing where none are configured.
fn role(answer: RoleAnswer, oidc: &OidcConfig) -> Option<String> {
    let claim = oidc.rp.role_claim.as_ref()?;
    Some(match answer {
        RoleAnswer::NotAsked => return None,
        RoleAnswer::Role(role) => format!(
            "The claim {claim} (OIDC_CLAIM_ROLES) gives the role {}",
            role.as_str()
        ),
        RoleAnswer::None => format!(
            "The claim {claim} (OIDC_CLAIM_ROLES) has no value that OIDC_ROLE_ADMIN or \
             OIDC_ROLE_USER names"
        ),
    })
}

/// What is to be said of the email that the OP sent.
fn email(identity: &VerifiedIdentity, oidc: &OidcConfig) -> String {
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

/// Why an account that is found by its email is linked to, or not.
fn by_email(reasons: &mut Vec<String>, found: &EmailMatch, is_verified: bool, policy: Policy) {
    let account = &found.account;
    reasons.push(format!("The account {} has this email", account.username));
    if account.is_disabled() {
        reasons.extend(disabled(account));
        return;
    }
    if found.is_bound_at_issuer {
        reasons.push(
            "It is connected to another subject of this OP, and is never connected anew by email"
                .to_owned(),
        );
        return;
    }
    reasons.push(format!(
        "OIDC_LINK_BY_EMAIL={}",
        match policy.link_by_email {
            LinkByEmail::Confirm => "confirm",
            LinkByEmail::Verified => "verified",
            LinkByEmail::Never => "never",
        }
    ));
    if policy.link_by_email != LinkByEmail::Confirm {
        return;
    }
    reasons.push(
        if account.email_is_vouched_for() {
            "The account's email is vouched for: it is an admin's own, or an admin set it"
        } else {
            "The account's owner typed its email, so that nobody vouches for it"
        }
        .to_owned(),
    );
    if is_verified && account.email_is_vouched_for() {
        return;
    }
    reasons.push(
        if !policy.password_login {
            "Its password cannot be asked for: DISABLE_USERPASS_LOGIN=true"
        } else if account.password_hash.is_none() {
            "Its password cannot be asked for: it has none"
        } else {
            "So its password is asked for once"
        }
        .to_owned(),
    );
}

/// Says that the account is disabled, where it is.
fn disabled(account: &Account) -> Option<String> {
    account
        .is_disabled()
        .then(|| format!("The account {} is disabled", account.username))
}

/// Returns the account that a decision leads to, of those in the facts.
#[must_use]
pub fn account_of(decision: Decision, facts: &Facts) -> Option<&Account> {
    let id = match decision {
        Decision::LogIn(id) | Decision::LinkAndLogIn(id) | Decision::AskForPassword(id) => id,
        Decision::AskForConsent(_)
        | Decision::AlreadyLinked
        | Decision::Register
        | Decision::Refuse(_) => return None,
    };
    let by_email = facts.by_email.as_ref().map(|found| &found.account);
    let mut accounts = facts.linked.as_ref().into_iter().chain(by_email);
    accounts.find(|account| account.id == id)
}
