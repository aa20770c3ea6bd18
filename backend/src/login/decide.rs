//! The identity policy (contract, section 5), pure: who an identity is, from its claims and from
//! what the store knows.

pub mod reasons;

use shared::login_error::LoginErrorCode;

use crate::account::{Account, AccountId};
use crate::config::LinkByEmail;

/// What the policy looks at.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The account that this issuer and subject belong to.
    pub linked: Option<Account>,
    /// The account whose profile email is the OP's email; `None` also where the OP sent none.
    pub by_email: Option<EmailMatch>,
    /// Did the OP send an email?
    pub has_email: bool,
    /// Is that email verified by the OP, or trusted by configuration?
    pub is_email_verified: bool,
    /// With the intent `link`: the account that is logged in and asked for it.
    pub linking_for: Option<LinkTarget>,
}

/// An account found by its email.
#[derive(Debug, Clone)]
pub struct EmailMatch {
    /// The account.
    pub account: Account,
    /// Is it linked to another subject of this issuer already?
    pub is_bound_at_issuer: bool,
}

/// The account that asked to be linked.
#[derive(Debug, Clone)]
pub struct LinkTarget {
    /// The account.
    pub account: Account,
    /// Is it linked to another subject of this issuer already?
    pub is_bound_at_issuer: bool,
}

/// The settings that bear on it.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// `OIDC_LINK_BY_EMAIL`.
    pub link_by_email: LinkByEmail,
    /// `OIDC_ALLOW_REGISTRATION`.
    pub allow_registration: bool,
    /// Can the account's password be asked for at all?
    pub password_login: bool,
}

/// What to do with the login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Log in to that account.
    LogIn(AccountId),
    /// Link to that account at once, then log in to it.
    LinkAndLogIn(AccountId),
    /// Ask for that account's password once, then link and log in.
    AskForPassword(AccountId),
    /// Show both identities to the user who asked for the link, then link.
    AskForConsent(AccountId),
    /// The link that was asked for exists already.
    AlreadyLinked,
    /// Make a new account and link it.
    Register,
    /// No.
    Refuse(LoginErrorCode),
}

/// Decides who the identity is. The numbers are the steps of the contract's section 5.
#[must_use]
pub fn decide(facts: &Facts, policy: Policy) -> Decision {
    if let Some(target) = &facts.linking_for {
        return decide_link(facts, target);
    }
    // 1. Known: that account, whatever its email says by now.
    if let Some(account) = &facts.linked {
        return if account.is_disabled() {
            Decision::Refuse(LoginErrorCode::AccountDisabled)
        } else {
            Decision::LogIn(account.id)
        };
    }
    // 3. An account has that email.
    if let Some(found) = &facts.by_email {
        return decide_by_email(found, facts.is_email_verified, policy);
    }
    // 4. Nobody we know.
    if policy.allow_registration {
        return Decision::Register;
    }
    // Without an email an account made beforehand by the admin cannot be found either.
    Decision::Refuse(if facts.has_email {
        LoginErrorCode::RegistrationClosed
    } else {
        LoginErrorCode::EmailMissing
    })
}

/// 2. The user is logged in and asked for this link.
fn decide_link(facts: &Facts, target: &LinkTarget) -> Decision {
    if target.account.is_disabled() {
        return Decision::Refuse(LoginErrorCode::AccountDisabled);
    }
    match &facts.linked {
        Some(account) if account.id == target.account.id => Decision::AlreadyLinked,
        Some(_) => Decision::Refuse(LoginErrorCode::LinkConflict),
        None if target.is_bound_at_issuer => Decision::Refuse(LoginErrorCode::LinkConflict),
        None => Decision::AskForConsent(target.account.id),
    }
}

fn decide_by_email(found: &EmailMatch, is_verified: bool, policy: Policy) -> Decision {
    let account = &found.account;
    if account.is_disabled() {
        return Decision::Refuse(LoginErrorCode::AccountDisabled);
    }
    // Never bound anew by email: the OP may have given the address to somebody else.
    if found.is_bound_at_issuer {
        return Decision::Refuse(LoginErrorCode::LinkConflict);
    }
    match policy.link_by_email {
        LinkByEmail::Verified if is_verified => Decision::LinkAndLogIn(account.id),
        LinkByEmail::Verified => Decision::Refuse(LoginErrorCode::EmailUnverified),
        LinkByEmail::Confirm if is_verified && account.email_is_vouched_for() => {
            Decision::LinkAndLogIn(account.id)
        }
        LinkByEmail::Confirm if policy.password_login && account.password_hash.is_some() => {
            Decision::AskForPassword(account.id)
        }
        // With `confirm`: there is no password to ask for. Its owner can still link from inside.
        LinkByEmail::Never | LinkByEmail::Confirm => Decision::Refuse(LoginErrorCode::LinkFirst),
    }
}

#[cfg(test)]
mod tests;
