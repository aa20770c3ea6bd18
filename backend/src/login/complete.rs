//! Completes a login that the OP vouches for: asks the store for the facts, lets the policy decide,
//! and carries the decision out.

use std::time::Duration;

use oidc::identity::VerifiedIdentity;
use oidc::logout::MAX_URL;
use oidc::provider::Redeemed;
use secrecy::ExposeSecret;
use shared::failure::FailureCode;
use uuid::Uuid;

use crate::account::{Account, AccountId, UsableIdentities, WaysIn};
use crate::config::{Config, OidcConfig, RoleValues, SessionConfig};
use crate::failure::Cause;
use crate::keys::CookieKeyring;
use crate::login::begin::{Arrival, Begun, NewSession};
use crate::login::by_identity::{ByIdentity, stored};
use crate::login::decide::{Decision, Facts, Policy, decide};
use crate::login::error::{LoginError, PolicyRefusal};
use crate::login::facts;
use crate::login::outcome::Outcome;
use crate::login::pending_link::{Asked, PendingLink};
use crate::login::role::{RoleAnswer, missing};
use crate::return_to::ReturnTo;
use crate::session::Recheck;
use crate::store::{self, ClaimedRole, Lead, LoginRefusal, Refused, Store};

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
    /// How old a session may be before the OP is asked again; `None` if it is not.
    pub recheck: Option<Duration>,
    /// What seals the refresh token for that.
    pub keyring: Option<&'a CookieKeyring>,
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
            recheck: oidc.recheck,
            keyring: None,
        }
    }

    /// Has refresh tokens sealed, where the OP is asked again.
    #[must_use]
    pub fn sealing(self, keyring: &'a CookieKeyring) -> Self {
        Self {
            keyring: Some(keyring),
            ..self
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

/// Completes a login: decides who the identity is, and links, creates, logs in or asks accordingly.
/// `next` is where the browser goes afterwards. If there is a `requester`, it asked for a link, and
/// nobody logs in.
///
/// # Errors
/// The reason why nobody is logged in. Nothing has changed then, but that an identity without a role
/// has lost its sessions.
pub async fn complete(
    store: &Store,
    settings: &LoginSettings<'_>,
    redeemed: &Redeemed,
    requester: Option<&Requester>,
    arrival: &Arrival,
    next: &ReturnTo,
) -> Result<Outcome, LoginError> {
    let Redeemed {
        identity, id_token, ..
    } = redeemed;
    let role = RoleAnswer::of(identity, settings.roles);
    // A longer one fits into no logout URL.
    let keeps = settings.keeps_id_token && id_token.expose_secret().len() < MAX_URL;
    let ways = WaysIn {
        password: settings.policy.password_login,
        identities: UsableIdentities::Of(identity.issuer.clone()),
    };
    let login = ByIdentity {
        store,
        sessions: &settings.sessions,
        arrival,
        identity,
        role: role.role().map(|role| ClaimedRole { role, ways: &ways }),
        id_token: Some(id_token.expose_secret()).filter(|_| keeps),
        recheck: recheck(settings, redeemed, arrival),
        pending: None,
    };
    if role == RoleAnswer::None {
        end_earlier_sessions(store, identity, arrival).await?;
    }
    let account = requester.map(|requester| &requester.account);
    for _ in 0..MAX_DECISIONS {
        let facts = facts::gather(store, identity, role, account).await?;
        let ask = |asked| {
            let (next, now) = (next.clone(), arrival.at());
            let pending = PendingLink::new(identity, asked, next, now);
            Ok(Outcome::ConfirmLink(pending))
        };
        let begun = match decide(&facts, settings.policy).decision {
            Decision::LogIn(id) => enter(&login, id, Lead::Linked).await?,
            Decision::LinkAndLogIn(id) => enter(&login, id, Lead::Link).await?,
            Decision::Register => match login.register().await? {
                Begun::Session(session) => Some(session),
                Begun::Refused(_) => None,
            },
            Decision::AskWho(ways) => return ask(Asked::Anyone(ways)),
            Decision::AskForConsent(account_id) => match requester {
                Some(Requester { session_id, .. }) => {
                    return ask(Asked::Owner {
                        account_id,
                        session_id: *session_id,
                    });
                }
                None => None,
            },
            Decision::AlreadyLinked => return Ok(Outcome::AlreadyLinked),
            Decision::Refuse(code) => {
                let mut refusal = refusal(code, identity, &facts);
                if Cause::after_move(code).is_some() {
                    refusal.earlier_issuer = store.earlier_issuer(stored(identity)).await?;
                }
                if code == FailureCode::RoleMissing {
                    refusal.role = settings.roles.map(|wanted| missing(identity, wanted));
                }
                return Err(LoginError::Policy(Box::new(refusal)));
            }
        };
        if let Some(session) = begun {
            return Ok(Outcome::LoggedIn(session));
        }
    }
    // The identity and the account went different ways each time.
    Err(LoginError::Internal(
        "the accounts changed at each try".to_owned(),
    ))
}

/// Returns how the OP is asked again; `None` if it is not, or cannot be.
fn recheck(
    settings: &LoginSettings<'_>,
    redeemed: &Redeemed,
    arrival: &Arrival,
) -> Option<Recheck> {
    let (age, keyring) = (settings.recheck?, settings.keyring?);
    let Some(token) = &redeemed.refresh_token else {
        tracing::warn!(
            "the OP gave no refresh token, so that it cannot be asked about this session again \
             (OIDC_RECHECK_SECONDS): let it grant the scope offline_access"
        );
        return None;
    };
    Some(Recheck {
        sealed_token: keyring.seal(token.expose_secret()),
        due_at: arrival.at().plus(age),
    })
}

/// Logs in to an account that there is; `None` if what was decided no longer holds.
async fn enter(
    login: &ByIdentity<'_>,
    account_id: AccountId,
    lead: Lead<'_>,
) -> Result<Option<NewSession>, LoginError> {
    match login.begin(account_id, lead).await? {
        Begun::Session(session) => {
            if matches!(lead, Lead::Link) {
                let issuer = &login.identity.issuer;
                tracing::info!(account.id = %account_id, oidc.issuer = %issuer, "identity linked by email");
            }
            Ok(Some(session))
        }
        Begun::Refused(LoginRefusal::Disabled) => Err(LoginError::AccountDisabled(account_id)),
        Begun::Refused(LoginRefusal::Stale | LoginRefusal::Void | LoginRefusal::Taken(_)) => {
            Ok(None)
        }
    }
}

/// Ends the sessions that an identity began before it lost every role.
async fn end_earlier_sessions(
    store: &Store,
    identity: &VerifiedIdentity,
    arrival: &Arrival,
) -> store::Result<()> {
    let refused = Refused::Identity {
        issuer: &identity.issuer,
        subject: &identity.subject,
    };
    let ended = store.end_refused(refused, "role_missing", &arrival.by);
    let ended = ended.await?;
    if ended > 0 {
        tracing::info!(oidc.issuer = %identity.issuer, ended, "sessions ended: no role any more");
    }
    Ok(())
}

/// Returns what is refused, with all that is known of who it was.
fn refusal(code: FailureCode, identity: &VerifiedIdentity, facts: &Facts) -> PolicyRefusal {
    let requester = facts.link_request.as_ref().map(|request| &request.account);
    let by_email = || facts.by_email.iter().map(|found| &found.account);
    let disabled = by_email().find(|_| code == FailureCode::AccountDisabled);
    let account = requester.or(facts.linked.as_ref()).or(disabled);
    let accounts = requester.into_iter().chain(&facts.linked).chain(by_email());
    PolicyRefusal {
        code,
        issuer: identity.issuer.clone(),
        subject: identity.subject.clone(),
        email: identity
            .email
            .as_ref()
            .map(|email| email.as_str().to_owned()),
        account: account.map(|account| account.id),
        usernames: accounts.map(|account| account.username.clone()).collect(),
        earlier_issuer: None,
        role: None,
    }
}
