//! The identity policy (contract, section 5), pure: who an identity is, from its claims and from
//! the store's facts, and why.

use serde::{Deserialize, Serialize};
use shared::failure::FailureCode;
use shared::session::Role;

use crate::account::{Account, AccountId, EmailMatch};
use crate::config::LinkByEmail;
use crate::login::role::RoleAnswer;

/// The facts that the policy decides by.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The role according to the claims.
    pub role: RoleAnswer,
    /// The account to which this issuer and subject are linked.
    pub linked: Option<Account>,
    /// The accounts that have the OP's email: the one for which it is vouched, then those that
    /// claim it. Empty also if the OP sent none.
    pub by_email: Vec<EmailMatch>,
    /// True if the OP sent an email.
    pub has_email: bool,
    /// True if that email is verified by the OP, or trusted by configuration.
    pub is_email_verified: bool,
    /// The logged-in account that asked for a link; `None` for a login.
    pub link_request: Option<LinkRequest>,
}

impl Facts {
    /// Returns the name of an account that was found.
    #[must_use]
    pub fn username_of(&self, id: AccountId) -> Option<&str> {
        let by_email = self.by_email.iter().map(|found| &found.account);
        let mut accounts = self.linked.iter().chain(by_email);
        let account = accounts.find(|account| account.id == id)?;
        Some(&account.username)
    }
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
    /// Ask the person for the password of an account, to link it, or whether they are new.
    AskWho(Ways),
    /// Show both identities to the user who asked for the link, then link.
    AskForConsent(AccountId),
    /// The requested link exists already.
    AlreadyLinked,
    /// Create an account and link it.
    Register,
    /// Refuse.
    Refuse(FailureCode),
}

/// The ways that are offered to a person whose email does not decide which account to enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ways {
    /// "I have an account here": its username and password are asked for.
    pub has_account: bool,
    /// "I am new here": an account is created.
    pub is_new: bool,
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
    /// The email is vouched for as that of the account of this username.
    VouchedFor(String),
    /// The account of this username claims the email, which nobody vouches for.
    Claimed(String),
    /// No account has the email.
    EmailOfNobody,
    /// The account of this username is disabled.
    Disabled(String),
    /// The account of this username is linked to another subject of this issuer.
    BoundElsewhere(String),
    /// The value of `OIDC_LINK_BY_EMAIL`.
    LinkByEmail(LinkByEmail),
    /// `DISABLE_USERPASS_LOGIN` keeps passwords from being asked for.
    PasswordLoginOff,
    /// The account of this username has no password to ask for.
    NoPassword(String),
    /// The person is asked who they are.
    Asked(Ways),
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
    if facts.has_email && facts.by_email.is_empty() {
        reasons.push(Reason::EmailOfNobody);
    }
    // 3. The email is that of an account which has no identity here.
    let candidates = candidates(reasons, facts, policy);
    if !candidates.is_empty() {
        return decide_by_email(reasons, &candidates, facts.is_email_verified, policy);
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

/// Returns the accounts that may be this person's, by their email: the one for which it is vouched,
/// and those that claim it and have a password to prove that they may.
///
/// An account that has an identity at this issuer is none: it is never bound anew by email, since
/// the OP may have given the address to somebody else. A disabled one that only claims the address
/// is none either: a claim excludes nobody.
fn candidates<'a>(reasons: &mut Vec<Reason>, facts: &'a Facts, policy: Policy) -> Vec<&'a Account> {
    let mut candidates = Vec::new();
    for EmailMatch {
        account,
        is_bound_at_issuer,
    } in &facts.by_email
    {
        let username = account.username.clone();
        let is_vouched_for = account.email_is_vouched_for();
        reasons.push(if is_vouched_for {
            Reason::VouchedFor(username.clone())
        } else {
            Reason::Claimed(username.clone())
        });
        if *is_bound_at_issuer {
            reasons.push(Reason::BoundElsewhere(username));
        } else if is_vouched_for {
            candidates.push(account);
        } else if account.is_disabled() {
            reasons.push(Reason::Disabled(username));
        } else if account.password_hash.is_none() {
            reasons.push(Reason::NoPassword(username));
        } else if policy.password_login {
            candidates.push(account);
        } else {
            reasons.push(Reason::PasswordLoginOff);
        }
    }
    candidates
}

/// Links at once only if both sides vouch for the email; otherwise asks the person.
fn decide_by_email(
    reasons: &mut Vec<Reason>,
    candidates: &[&Account],
    is_verified: bool,
    policy: Policy,
) -> Decision {
    let vouched_for = candidates
        .iter()
        .find(|account| account.email_is_vouched_for());
    if let Some(account) = vouched_for
        && refuses_disabled(reasons, account)
    {
        return Decision::Refuse(FailureCode::AccountDisabled);
    }
    reasons.push(Reason::LinkByEmail(policy.link_by_email));
    match (policy.link_by_email, vouched_for) {
        (LinkByEmail::Never, _) => Decision::Refuse(FailureCode::LinkFirst),
        (LinkByEmail::Confirm | LinkByEmail::Verified, Some(account)) if is_verified => {
            Decision::LinkAndLogIn(account.id)
        }
        (LinkByEmail::Verified, _) if is_verified => Decision::Refuse(FailureCode::LinkFirst),
        (LinkByEmail::Verified, _) => Decision::Refuse(FailureCode::EmailUnverified),
        (LinkByEmail::Confirm, _) => ask(reasons, candidates, policy),
    }
}

/// Asks the person, if there is a way to offer.
fn ask(reasons: &mut Vec<Reason>, candidates: &[&Account], policy: Policy) -> Decision {
    let ways = Ways {
        has_account: policy.password_login,
        is_new: policy.allow_registration,
    };
    let has_password = candidates
        .iter()
        .any(|account| account.password_hash.is_some());
    if ways.is_new || (ways.has_account && has_password) {
        reasons.push(Reason::Asked(ways));
        return Decision::AskWho(ways);
    }
    reasons.push(match candidates.first() {
        Some(account) if ways.has_account => Reason::NoPassword(account.username.clone()),
        _ => Reason::PasswordLoginOff,
    });
    // Its owner can still link from inside.
    Decision::Refuse(FailureCode::LinkFirst)
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
