//! Applies the identity policy to a login that the OP vouches for: asks the store for the facts,
//! lets [`crate::login::decide`] decide, and does what it says.

use axum::http::HeaderMap;
use axum::response::Redirect;
use secrecy::SecretString;
use shared::login_error::LoginErrorCode;
use shared::routes;
use shared::session::Role;

use crate::account::{Account, AccountId, NewAccount, username_from_claim, username_with_suffix};
use crate::app::AppState;
use crate::config::OidcConfig;
use crate::http::cookie::SetCookies;
use crate::http::extract::client::From;
use crate::http::extract::principal::Current;
use crate::http::login::link::{self, PendingIdentity};
use crate::http::login::password::kept_id_token;
use crate::http::login::{begin_session, outcome};
use crate::login::attempt::Intent;
use crate::login::decide;
use crate::login::decide::{Decision, EmailMatch, Facts, LinkTarget, Policy};
use crate::login::error::LoginError;
use crate::login::role::RoleAnswer;
use crate::metrics::Method;
use crate::return_to::ReturnTo;
use crate::session::Origin;
use crate::store::{NewIdentity, Store, Taken};
use oidc::identity::VerifiedIdentity;
use oidc::provider::Redeemed;

/// The request that the login came with.
pub(crate) struct Login<'a> {
    pub(crate) app: &'a AppState,
    pub(crate) oidc: &'a OidcConfig,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) from: &'a From,
    pub(crate) next: ReturnTo,
}

impl Login<'_> {
    /// Returns what the claims say of the user's role.
    fn role(&self, identity: &VerifiedIdentity) -> RoleAnswer {
        RoleAnswer::of(identity, self.oidc.roles.as_ref())
    }
}

type Outcome = Result<(SetCookies, Redirect), LoginError>;

/// The account that asked to be linked, and by which session.
pub(crate) struct Linking {
    account: Account,
    session_id: uuid::Uuid,
}

/// Returns who asked for a link; `None` for a plain login.
///
/// # Errors
/// `StateMismatch` where the browser is not logged in by the very session that asked: the link
/// would go to whoever is there instead.
pub(crate) fn account_to_link(
    intent: &Intent,
    current: Option<&Current>,
) -> Result<Option<Linking>, LoginError> {
    let Intent::Link {
        account_id,
        session_id,
    } = intent
    else {
        return Ok(None);
    };
    match current {
        Some(current) if current.account.id == *account_id && current.session.id == *session_id => {
            Ok(Some(Linking {
                account: current.account.clone(),
                session_id: *session_id,
            }))
        }
        _ => Err(oidc::Error::StateMismatch("the session that asked for the link is gone").into()),
    }
}

/// Decides who the identity is, and ends the login accordingly.
pub(crate) async fn apply(
    login: &Login<'_>,
    redeemed: Redeemed,
    linking: Option<Linking>,
) -> Outcome {
    let Redeemed { identity, id_token } = redeemed;
    if login.role(&identity) == RoleAnswer::None {
        return Err(LoginError::Policy(LoginErrorCode::RoleMissing));
    }
    let session_id = linking.as_ref().map(|linking| linking.session_id);
    let facts = facts(&login.app.store, &identity, linking).await?;
    let policy = settings(login.app, login.oidc);
    let linked = facts.linked.as_ref().map(|account| account.id);
    match decide::decide(&facts, policy) {
        Decision::LogIn(account_id) => log_in(login, &identity, &id_token, account_id).await,
        Decision::LinkAndLogIn(account_id) => {
            link_identity(login, &identity, account_id).await?;
            log_in(login, &identity, &id_token, account_id).await
        }
        Decision::AskForPassword(account_id) => ask(login, &identity, account_id, None),
        Decision::AskForConsent(account_id) => ask(login, &identity, account_id, session_id),
        Decision::AlreadyLinked => Ok((SetCookies::default(), Redirect::to(routes::PROFILE))),
        Decision::Register => {
            let account_id = register(login, &identity).await?;
            log_in(login, &identity, &id_token, account_id).await
        }
        Decision::Refuse(LoginErrorCode::AccountDisabled) if let Some(id) = linked => {
            Err(LoginError::AccountDisabled(id))
        }
        Decision::Refuse(code) => Err(LoginError::Policy(code)),
    }
}

/// Returns the settings that bear on it.
pub(crate) fn settings(app: &AppState, oidc: &OidcConfig) -> Policy {
    Policy {
        link_by_email: oidc.link_by_email,
        allow_registration: oidc.allow_registration,
        password_login: app.config.password_login,
    }
}

/// Asks the store for what the policy looks at.
pub(crate) async fn facts(
    store: &Store,
    identity: &VerifiedIdentity,
    linking: Option<Linking>,
) -> Result<Facts, LoginError> {
    let mut linked = store
        .account_by_identity(&identity.issuer, &identity.subject)
        .await?;
    let by_email = match &identity.email {
        // A known identity is never looked up by its email.
        Some(email) if linked.is_none() => store.account_by_email(email).await?,
        _ => None,
    };
    let by_email = match by_email {
        Some(account) => {
            let is_bound_at_issuer = store.is_bound_at(account.id, &identity.issuer).await?;
            if is_bound_at_issuer {
                // Perhaps to this very identity, by the same user's other tab a moment ago.
                linked = store
                    .account_by_identity(&identity.issuer, &identity.subject)
                    .await?;
            }
            Some(EmailMatch {
                account,
                is_bound_at_issuer,
            })
        }
        None => None,
    };
    let linking_for = match linking {
        Some(Linking { account, .. }) => {
            let is_bound_at_issuer = store.is_bound_at(account.id, &identity.issuer).await?;
            Some(LinkTarget {
                account,
                is_bound_at_issuer,
            })
        }
        None => None,
    };
    Ok(Facts {
        linked,
        by_email,
        has_email: identity.email.is_some(),
        is_email_verified: identity.is_email_verified,
        linking_for,
    })
}

/// Logs in to the account: takes over the role that the claims say, and begins the session.
async fn log_in(
    login: &Login<'_>,
    identity: &VerifiedIdentity,
    id_token: &SecretString,
    account_id: AccountId,
) -> Outcome {
    let app = login.app;
    let now = app.clock.now();
    if let Some(role) = login.role(identity).role() {
        app.store
            .set_role(account_id, role, login.from.by(now))
            .await?;
    }
    app.store.identity_logged_in(stored(identity), now).await?;
    let origin = Origin::Openid {
        issuer: identity.issuer.clone(),
        subject: Some(identity.subject.clone()),
        sid: identity.sid.clone(),
        id_token: kept_id_token(app, id_token),
    };
    let begun =
        begin_session::begin(app, login.headers, login.from, account_id, origin, None).await?;
    let cookies = begun.ok_or(LoginError::AccountDisabled(account_id))?;
    let issuer = Some(identity.issuer.as_str());
    outcome::succeeded(app, login.from, Method::Openid, account_id, issuer);
    Ok((cookies, Redirect::to(login.next.as_str())))
}

async fn link_identity(
    login: &Login<'_>,
    identity: &VerifiedIdentity,
    account_id: AccountId,
) -> Result<(), LoginError> {
    let now = login.app.clock.now();
    match login
        .app
        .store
        .link_identity(
            account_id,
            stored(identity),
            login.from.by(now).account(account_id),
        )
        .await?
    {
        Ok(()) => {
            tracing::info!(account.id = %account_id, oidc.issuer = %identity.issuer, "identity linked by email");
            Ok(())
        }
        Err(_) => Err(LoginError::Policy(LoginErrorCode::LinkConflict)),
    }
}

/// Lets the browser keep the identity, sealed, and sends it to the page that names both.
fn ask(
    login: &Login<'_>,
    identity: &VerifiedIdentity,
    account_id: AccountId,
    session_id: Option<uuid::Uuid>,
) -> Outcome {
    let pending = PendingIdentity {
        issuer: identity.issuer.clone(),
        subject: identity.subject.clone(),
        sid: identity.sid.clone(),
        username: identity.username.clone(),
        email: identity
            .email
            .as_ref()
            .map(|email| email.as_str().to_owned()),
        role: login.role(identity).role(),
        account_id,
        session_id,
        next: login.next.clone(),
        asked_at: login.app.clock.now(),
    };
    let cookies = link::keep(login.app, &pending)
        .map_err(|_| LoginError::Internal("the identity cannot be sealed".to_owned()))?;
    Ok((cookies, Redirect::to(routes::LINK)))
}

/// How many names are tried for a new account before something else must be wrong.
const NAMES_TRIED: u32 = 200;

/// Returns what a new account of the identity is called, if nobody else is.
pub(crate) fn wanted_username(identity: &VerifiedIdentity) -> String {
    let from_claim = identity.username.as_deref().and_then(username_from_claim);
    let from_email = || {
        identity
            .email
            .as_ref()
            .and_then(|email| username_from_claim(email.as_str()))
    };
    from_claim
        .or_else(from_email)
        .unwrap_or_else(|| "user".to_owned())
}

/// Makes a new account for the identity: without a password, with the OP's email where no account
/// has it, under a name that nobody has.
async fn register(login: &Login<'_>, identity: &VerifiedIdentity) -> Result<AccountId, LoginError> {
    let app = login.app;
    let base = wanted_username(identity);
    let mut new = NewAccount {
        username: base.clone(),
        display_name: identity.display_name.clone(),
        email: identity.email.clone(),
        email_set_by_admin: false,
        role: login.role(identity).role().unwrap_or(Role::User),
        password_hash: None,
    };
    let mut number = 1;
    while number <= NAMES_TRIED {
        let now = app.clock.now();
        match app
            .store
            .create_account_with_identity(&new, stored(identity), login.from.by(now))
            .await?
        {
            Ok(account_id) => {
                tracing::info!(account.id = %account_id, oidc.issuer = %identity.issuer, "account made");
                return Ok(account_id);
            }
            Err(Taken::Username) => {
                number += 1;
                new.username = username_with_suffix(&base, number);
            }
            // Somebody took the address a moment ago.
            Err(Taken::Email) => new.email = None,
            // The same user's other tab was quicker.
            Err(Taken::Identity | Taken::Setup) => {
                let known = app
                    .store
                    .account_by_identity(&identity.issuer, &identity.subject)
                    .await?;
                let conflict = LoginError::Policy(LoginErrorCode::LinkConflict);
                return known.map(|account| account.id).ok_or(conflict);
            }
        }
    }
    Err(LoginError::Internal(format!(
        "no free username like {base}"
    )))
}

fn stored(identity: &VerifiedIdentity) -> NewIdentity<'_> {
    NewIdentity {
        issuer: &identity.issuer,
        subject: &identity.subject,
        username: identity.username.as_deref(),
        email: identity.email.as_ref().map(shared::email::Email::as_str),
    }
}
