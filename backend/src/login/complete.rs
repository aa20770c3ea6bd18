//! Completes a login that the OP vouches for: asks the store for the facts, lets the policy decide,
//! and carries the decision out.

use oidc::identity::VerifiedIdentity;
use oidc::logout::MAX_URL;
use oidc::provider::Redeemed;
use secrecy::ExposeSecret;
use shared::failure::FailureCode;
use uuid::Uuid;

use crate::account::{Account, AccountId};
use crate::config::{Config, OidcConfig, RoleValues, SessionConfig};
use crate::login::begin::{Arrival, Begun, NewSession, begin};
use crate::login::decide::{Decision, Policy, decide};
use crate::login::error::LoginError;
use crate::login::facts;
use crate::login::outcome::Outcome;
use crate::login::pending_link::PendingLink;
use crate::login::register::Candidate;
use crate::login::role::{self, RoleAnswer};
use crate::return_to::ReturnTo;
use crate::session::Origin;
use crate::store::{Entry, Lead, LoginRefusal, NewIdentity, Store};

/// How often a login is decided anew because the database changed between the question and the
/// answer. Each time, another login succeeded.
const MAX_DECISIONS: usize = 3;

/// The settings that bear on a login.
#[derive(Debug, Clone, Copy)]
pub struct LoginSettings<'a> {
    /// What an email is good for, and whether accounts are created.
    pub policy: Policy,
    /// Which values of the role claim give which role; `None` if claims decide no roles.
    pub roles: Option<&'a RoleValues>,
    /// How long sessions live.
    pub sessions: SessionConfig,
    /// True if the ID token is stored for the logout at the OP.
    pub keeps_id_token: bool,
}

impl<'a> LoginSettings<'a> {
    /// Takes them from the server's settings, and from those of the OP as they are now.
    #[must_use]
    pub fn of(config: &Config, oidc: &'a OidcConfig) -> Self {
        Self {
            policy: Policy {
                link_by_email: oidc.link_by_email,
                allow_registration: oidc.allow_registration,
                password_login: config.password_login,
            },
            roles: oidc.roles.as_ref(),
            sessions: config.sessions,
            keeps_id_token: oidc.rp_initiated_logout,
        }
    }
}

/// Who asks for a link: a logged-in account, by one of its sessions.
#[derive(Debug, Clone)]
pub struct Requester {
    /// The account.
    pub account: Account,
    /// The session.
    pub session_id: Uuid,
}

/// A login to be completed.
struct Completion<'a> {
    store: &'a Store,
    settings: &'a LoginSettings<'a>,
    redeemed: &'a Redeemed,
    role: RoleAnswer,
    arrival: &'a Arrival,
}

/// Completes a login: decides who the identity is, and links, creates, logs in or asks accordingly.
/// `next` is where the browser goes afterwards. If there is a `requester`, it asked for a link, and
/// nobody logs in.
///
/// # Errors
/// The reason why nobody is logged in; then nothing has changed.
pub async fn complete(
    store: &Store,
    settings: &LoginSettings<'_>,
    redeemed: &Redeemed,
    requester: Option<&Requester>,
    arrival: &Arrival,
    next: &ReturnTo,
) -> Result<Outcome, LoginError> {
    let identity = &redeemed.identity;
    let role = RoleAnswer::of(identity, settings.roles);
    let completion = Completion {
        store,
        settings,
        redeemed,
        role,
        arrival,
    };
    let account = requester.map(|requester| &requester.account);
    for _ in 0..MAX_DECISIONS {
        let facts = facts::gather(store, identity, role, account).await?;
        let ask = |account_id, session_id| {
            let (next, now) = (next.clone(), arrival.at());
            let pending = PendingLink::new(identity, role, account_id, session_id, next, now);
            Ok(Outcome::ConfirmLink(pending))
        };
        let begun = match decide(&facts, settings.policy).decision {
            Decision::LogIn(id) => completion.enter(id, Lead::Linked).await?,
            Decision::LinkAndLogIn(id) => completion.enter(id, Lead::Link).await?,
            Decision::Register => completion.register().await?,
            Decision::AskForPassword(id) => return ask(id, None),
            Decision::AskForConsent(id) => return ask(id, requester.map(|by| by.session_id)),
            Decision::AlreadyLinked => return Ok(Outcome::AlreadyLinked),
            Decision::Refuse(FailureCode::AccountDisabled) if let Some(account) = &facts.linked => {
                return Err(LoginError::AccountDisabled(account.id));
            }
            Decision::Refuse(FailureCode::RoleMissing) if let Some(wanted) = settings.roles => {
                return Err(LoginError::RoleMissing(role::missing(identity, wanted)));
            }
            Decision::Refuse(code) => return Err(LoginError::Policy(code)),
        };
        if let Some(session) = begun {
            return Ok(Outcome::LoggedIn(session));
        }
    }
    // The identity and the account changed each time.
    Err(LoginError::Policy(FailureCode::LinkConflict))
}

impl Completion<'_> {
    /// Logs in to an existing account; `None` if the decision no longer holds.
    async fn enter(
        &self,
        account_id: AccountId,
        lead: Lead<'_>,
    ) -> Result<Option<NewSession>, LoginError> {
        match self.begin(account_id, lead).await? {
            Begun::Session(session) => {
                if matches!(lead, Lead::Link) {
                    let issuer = &self.redeemed.identity.issuer;
                    tracing::info!(account.id = %account_id, oidc.issuer = %issuer, "identity linked by email");
                }
                Ok(Some(session))
            }
            Begun::Refused(LoginRefusal::Disabled) => Err(LoginError::AccountDisabled(account_id)),
            Begun::Refused(LoginRefusal::Stale | LoginRefusal::Taken(_)) => Ok(None),
        }
    }

    /// Creates an account for the identity under a free name, and logs in to it; `None` if the
    /// identity was linked meanwhile.
    async fn register(&self) -> Result<Option<NewSession>, LoginError> {
        let identity = &self.redeemed.identity;
        let mut candidate = Candidate::new(identity, self.role);
        let account_id = Uuid::now_v7();
        loop {
            let taken = match self
                .begin(account_id, Lead::Create(&candidate.account))
                .await?
            {
                Begun::Session(session) => {
                    tracing::info!(account.id = %account_id, oidc.issuer = %identity.issuer, "account created");
                    return Ok(Some(session));
                }
                Begun::Refused(LoginRefusal::Taken(taken)) => taken,
                Begun::Refused(LoginRefusal::Stale | LoginRefusal::Disabled) => return Ok(None),
            };
            candidate = candidate
                .without(taken)
                .ok_or_else(|| LoginError::Internal("no free username was found".to_owned()))?;
        }
    }

    /// Has the store record the login and start its session.
    async fn begin(&self, account_id: AccountId, lead: Lead<'_>) -> Result<Begun, LoginError> {
        let Redeemed { identity, id_token } = self.redeemed;
        // A longer one fits into no logout URL.
        let fits = id_token.expose_secret().len() < MAX_URL;
        let kept = (self.settings.keeps_id_token && fits).then_some(id_token);
        let origin = Origin::Openid {
            issuer: identity.issuer.clone(),
            subject: Some(identity.subject.clone()),
            sid: identity.sid.clone(),
            id_token: kept.map(|token| token.expose_secret().to_owned()),
        };
        let entry = Entry::Identity {
            identity: stored(identity),
            lead,
            role: self.role.role(),
        };
        let sessions = &self.settings.sessions;
        Ok(begin(
            self.store,
            sessions,
            self.arrival,
            account_id,
            origin,
            entry,
        )
        .await?)
    }
}

/// Returns the identity in the form that the store links.
fn stored(identity: &VerifiedIdentity) -> NewIdentity<'_> {
    NewIdentity {
        issuer: &identity.issuer,
        subject: &identity.subject,
        username: identity.username.as_deref(),
        email: identity.email.as_ref().map(shared::email::Email::as_str),
    }
}
