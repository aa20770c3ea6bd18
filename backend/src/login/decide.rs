//! The identity policy (contract, section 5), pure: who an identity is, from its claims and from
//! the store's facts, and why.

use shared::failure::FailureCode;
use shared::session::Role;

use crate::account::{Account, AccountId};
use crate::config::LinkByEmail;
use crate::login::role::RoleAnswer;

/// The facts that the policy decides by.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The role according to the claims.
    pub role: RoleAnswer,
    /// The account to which this issuer and subject are linked.
    pub linked: Option<Account>,
    /// The account whose profile email is the OP's email; `None` also if the OP sent none.
    pub by_email: Option<EmailMatch>,
    /// True if the OP sent an email.
    pub has_email: bool,
    /// True if that email is verified by the OP, or trusted by configuration.
    pub is_email_verified: bool,
    /// The logged-in account that asked for a link; `None` for a login.
    pub link_request: Option<LinkRequest>,
}

impl Facts {
    /// Returns the account that a login enters, if it exists already.
    #[must_use]
    pub fn entered(&self) -> Option<&Account> {
        let by_email = self.by_email.as_ref().map(|found| &found.account);
        self.linked.as_ref().or(by_email)
    }
}

/// An account found by its email.
#[derive(Debug, Clone)]
pub struct EmailMatch {
    /// The account.
    pub account: Account,
    /// True if it is already linked to another subject of this issuer.
    pub is_bound_at_issuer: bool,
}

/// An account that asked for a link.
#[derive(Debug, Clone)]
pub struct LinkRequest {
    /// The account.
    pub account: Account,
    /// True if it is already linked to another subject of this issuer.
    pub is_bound_at_issuer: bool,
}

/// The settings that the policy depends on.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// `OIDC_LINK_BY_EMAIL`.
    pub link_by_email: LinkByEmail,
    /// `OIDC_ALLOW_REGISTRATION`.
    pub allow_registration: bool,
    /// True if passwords can be asked for at all.
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
    /// The requested link exists already.
    AlreadyLinked,
    /// Create an account and link it.
    Register,
    /// Refuse.
    Refuse(FailureCode),
}

/// One step towards a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The claims give this role.
    RoleGiven(Role),
    /// The role claim has no value that the settings name.
    RoleMissing,
    /// The subject is linked to the account of this username.
    Linked(String),
    /// No account is linked to the subject.
    NotLinked,
    /// Whether the OP sent an email, and what it says of it.
    Email,
    /// The account of this username has the email.
    EmailOf(String),
    /// No account has the email.
    EmailOfNobody,
    /// The account of this username is disabled.
    Disabled(String),
    /// The account is linked to another subject of this issuer.
    BoundElsewhere,
    /// The value of `OIDC_LINK_BY_EMAIL`.
    LinkByEmail(LinkByEmail),
    /// The account's email is vouched for.
    VouchedFor,
    /// The account's email is only claimed.
    Claimed,
    /// `DISABLE_USERPASS_LOGIN` keeps the password from being asked for.
    PasswordLoginOff,
    /// The account has no password to ask for.
    NoPassword,
    /// The account's password is asked for.
    PasswordAsked,
    /// The value of `OIDC_ALLOW_REGISTRATION`.
    Registration(bool),
}

/// A decision, and the steps to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What to do.
    pub decision: Decision,
    /// The reasons, in the order of the contract's section 5.
    pub reasons: Vec<Reason>,
}

/// Decides who the identity is. The numbers are the steps of the contract's section 5.
#[must_use]
pub fn decide(facts: &Facts, policy: Policy) -> Verdict {
    let mut reasons = Vec::new();
    let decision = decide_with(&mut reasons, facts, policy);
    Verdict { decision, reasons }
}

fn decide_with(reasons: &mut Vec<Reason>, facts: &Facts, policy: Policy) -> Decision {
    match facts.role {
        RoleAnswer::NotAsked => {}
        RoleAnswer::Role(role) => reasons.push(Reason::RoleGiven(role)),
        RoleAnswer::None => {
            reasons.push(Reason::RoleMissing);
            return Decision::Refuse(FailureCode::RoleMissing);
        }
    }
    if let Some(request) = &facts.link_request {
        return decide_link(facts, request);
    }
    // 1. Known: that account, even if its email differs now.
    if let Some(account) = &facts.linked {
        reasons.push(Reason::Linked(account.username.clone()));
        if refuses_disabled(reasons, account) {
            return Decision::Refuse(FailureCode::AccountDisabled);
        }
        return Decision::LogIn(account.id);
    }
    reasons.push(Reason::NotLinked);
    reasons.push(Reason::Email);
    // 3. An account has that email.
    if let Some(found) = &facts.by_email {
        reasons.push(Reason::EmailOf(found.account.username.clone()));
        return decide_by_email(reasons, found, facts.is_email_verified, policy);
    }
    if facts.has_email {
        reasons.push(Reason::EmailOfNobody);
    }
    // 4. Nobody known.
    reasons.push(Reason::Registration(policy.allow_registration));
    if policy.allow_registration {
        return Decision::Register;
    }
    // Without an email, an account that the admin created beforehand cannot be found either.
    Decision::Refuse(if facts.has_email {
        FailureCode::RegistrationClosed
    } else {
        FailureCode::EmailMissing
    })
}

/// 2. The user is logged in and asked for this link.
fn decide_link(facts: &Facts, request: &LinkRequest) -> Decision {
    if request.account.is_disabled() {
        return Decision::Refuse(FailureCode::AccountDisabled);
    }
    match &facts.linked {
        Some(account) if account.id == request.account.id => Decision::AlreadyLinked,
        Some(_) => Decision::Refuse(FailureCode::LinkConflict),
        None if request.is_bound_at_issuer => Decision::Refuse(FailureCode::LinkConflict),
        None => Decision::AskForConsent(request.account.id),
    }
}

fn decide_by_email(
    reasons: &mut Vec<Reason>,
    found: &EmailMatch,
    is_verified: bool,
    policy: Policy,
) -> Decision {
    let account = &found.account;
    if refuses_disabled(reasons, account) {
        return Decision::Refuse(FailureCode::AccountDisabled);
    }
    // Never re-bound by email: the OP may have given the address to somebody else.
    if found.is_bound_at_issuer {
        reasons.push(Reason::BoundElsewhere);
        return Decision::Refuse(FailureCode::LinkConflict);
    }
    reasons.push(Reason::LinkByEmail(policy.link_by_email));
    match policy.link_by_email {
        LinkByEmail::Verified if is_verified => Decision::LinkAndLogIn(account.id),
        LinkByEmail::Verified => Decision::Refuse(FailureCode::EmailUnverified),
        LinkByEmail::Never => Decision::Refuse(FailureCode::LinkFirst),
        LinkByEmail::Confirm => decide_by_confirmation(reasons, account, is_verified, policy),
    }
}

/// Links at once if both sides vouch for the email, else after the account's password.
fn decide_by_confirmation(
    reasons: &mut Vec<Reason>,
    account: &Account,
    is_verified: bool,
    policy: Policy,
) -> Decision {
    let is_vouched_for = account.email_is_vouched_for();
    reasons.push(if is_vouched_for {
        Reason::VouchedFor
    } else {
        Reason::Claimed
    });
    if is_verified && is_vouched_for {
        return Decision::LinkAndLogIn(account.id);
    }
    let (reason, decision) = if !policy.password_login {
        (Reason::PasswordLoginOff, None)
    } else if account.password_hash.is_none() {
        (Reason::NoPassword, None)
    } else {
        let ask = Decision::AskForPassword(account.id);
        (Reason::PasswordAsked, Some(ask))
    };
    reasons.push(reason);
    // Its owner can still link from inside.
    decision.unwrap_or(Decision::Refuse(FailureCode::LinkFirst))
}

/// Adds the reason if the account is disabled.
fn refuses_disabled(reasons: &mut Vec<Reason>, account: &Account) -> bool {
    if account.is_disabled() {
        reasons.push(Reason::Disabled(account.username.clone()));
    }
    account.is_disabled()
}

#[cfg(test)]
mod tests;
