//! A pending link: shown, answered, dropped.

use axum::http::HeaderMap;
use axum::response::Redirect;
use shared::api::{AcceptLink, DropLink, ShowLink};
use shared::audit::AuditKind;
use shared::email::Email;
use shared::error::ErrorCode;
use shared::link::{LinkAnswer, LinkWay, PendingLink as LinkQuestion};
use shared::routes;
use shared::session::{GoTo, LoginMethod, PasswordLogin};

use crate::account::{Account, AccountId};
use crate::app::AppState;
use crate::http::api::{Answer, Call, FormError, FormReply, Reply};
use crate::http::cookie::{self, SetCookies, style};
use crate::http::error::{ApiError, ApiResult};
use crate::http::extract::client::ClientInfo;
use crate::http::extract::principal::{Current, current};
use crate::http::login::audit_failures::{self, Failure};
use crate::http::login::outcome::{self, Failed};
use crate::http::login::password::authenticate;
use crate::http::login::session_cookie;
use crate::http::query::with_query;
use crate::http::reference;
use crate::login::LoginError;
use crate::login::begin::Begun;
use crate::login::by_identity::stored;
use crate::login::decide::Ways;
use crate::login::pending_link::{Answering, Asked, LIFETIME, PendingLink, is_linked};
use crate::sealed;
use crate::session::SessionToken;
use crate::store::{ChangeError, LoginRefusal};

/// Returns the cookie that keeps it.
///
/// # Errors
/// `Internal` if it cannot be sealed.
pub(crate) fn keep(app: &AppState, pending: &PendingLink) -> Result<SetCookies, LoginError> {
    let style = style(app);
    let name = style.link();
    let sealed = sealed::seal(app.keys().link.key(), &name, pending)
        .map_err(|_| LoginError::Internal("the identity cannot be sealed".to_owned()))?;
    Ok(SetCookies::default().with(style.set(name, sealed, LIFETIME)))
}

fn forget(app: &AppState) -> SetCookies {
    let style = style(app);
    SetCookies::default().with(style.clear(style.link()))
}

/// Returns this browser's pending link.
///
/// # Errors
/// `link_expired` if there is none, or if it is too old.
fn opened(app: &AppState, headers: &HeaderMap) -> ApiResult<PendingLink> {
    let (name, keys, now) = (style(app).link(), app.keys(), app.clock.now());
    let pending = cookie::single(headers, &name)
        .and_then(|value| sealed::open::<PendingLink>(keys.link.opening(now), &name, value));
    let pending = pending.filter(|pending| !pending.is_expired(now));
    pending.ok_or_else(|| ErrorCode::LinkExpired.into())
}

/// Returns the session that asked for the link, if it is this one.
fn requester(asked: Asked, current: Option<Current>) -> Option<Current> {
    current.filter(|current| {
        asked
            == Asked::Owner {
                account_id: current.account.id,
                session_id: current.session.id,
            }
    })
}

/// Shows the identity that waits, and what its person is asked.
pub(crate) async fn show(app: AppState, call: Call<ShowLink>) -> Reply<ShowLink> {
    let current = current(&call.headers, &app).await?;
    Ok(Answer::new(question(&app, &call.headers, current)?))
}

/// Returns what the person at this browser is asked.
///
/// # Errors
/// `link_expired` if nothing waits, or if another session asked for the link.
pub(crate) fn question(
    app: &AppState,
    headers: &HeaderMap,
    current: Option<Current>,
) -> ApiResult<LinkQuestion> {
    let pending = opened(app, headers)?;
    let (account_username, ways) = match pending.asked {
        Asked::Owner { .. } => {
            let owner = requester(pending.asked, current).ok_or(ErrorCode::LinkExpired)?;
            let nothing = Ways {
                has_account: false,
                is_new: false,
            };
            (Some(owner.account.username.clone()), nothing)
        }
        Asked::Anyone(ways) => (None, ways),
    };
    let identity = pending.identity();
    Ok(LinkQuestion {
        label: app
            .provider()
            .map(|provider| provider.label())
            .unwrap_or_default(),
        identity_username: identity.username,
        identity_email: identity.email.map(|email| email.as_str().to_owned()),
        account_username,
        takes_password: ways.has_account,
        may_register: ways.is_new,
    })
}

/// Links, after the person's answer; a form gets a redirect.
pub(crate) async fn confirm(app: AppState, call: Call<AcceptLink>) -> FormReply<AcceptLink> {
    match accept(&app, &call.headers, &call.client, call.body).await {
        Ok((redirect, cookies)) => Ok(Answer::new(GoTo { redirect }).with(cookies)),
        Err(error) => {
            let (code, reference) = (error.code().as_str(), reference::current());
            let page = app.config.base().of(routes::LINK);
            let page = format!("{page}?error={code}&ref={reference}");
            let page = Some(Redirect::to(&page));
            Err(FormError { error, page })
        }
    }
}

/// Links by the session that asked, by an account's password, or to a new account.
async fn accept(
    app: &AppState,
    headers: &HeaderMap,
    from: &ClientInfo,
    answer: LinkAnswer,
) -> ApiResult<(String, SetCookies)> {
    let current = current(headers, app).await?;
    let pending = opened(app, headers).inspect_err(|error| refused(app, from, error, None))?;
    let mut cookies = forget(app);
    let arrival = session_cookie::arrival(app, headers, from);
    let answering = Answering {
        store: &app.store,
        sessions: &app.config.sessions,
        arrival: &arrival,
        pending: &pending,
    };
    cookies.extend(match (pending.asked, answer.way) {
        (Asked::Owner { account_id, .. }, _) => match requester(pending.asked, current) {
            Some(current) => link(app, from, &current, &pending).await?,
            // Of two answers at once, the first has given the session a new token; the second,
            // which came with the old one, is told the same, and changes nothing.
            None if is_linked(&app.store, &pending, account_id).await? => SetCookies::default(),
            None => return Err(ErrorCode::LinkExpired.into()),
        },
        (Asked::Anyone(_), LinkWay::Account) => {
            let login = PasswordLogin {
                username: answer.username.unwrap_or_default(),
                password: answer.password.unwrap_or_default(),
                next: None,
            };
            let account = authenticate(app, headers, from, login).await;
            let (account, _) = account.map_err(|refused| refused.note(app, from))?;
            match answering.link_and_log_in(account.id).await? {
                // Of two answers at once, the second is told the same, and logs nobody in.
                Begun::Refused(LoginRefusal::Void)
                    if is_linked(&app.store, &pending, account.id).await? =>
                {
                    SetCookies::default()
                }
                begun => match began(app, headers, from, &pending, begun) {
                    Ok(cookies) => cookies,
                    Err(error) => return Err(conflict(app, from, &pending, &account, error).await),
                },
            }
        }
        (Asked::Anyone(ways), LinkWay::New) => {
            let provider = app.provider();
            let is_open = provider.is_some_and(|provider| provider.config.allow_registration);
            if !(ways.is_new && is_open) {
                return Err(ErrorCode::LinkExpired.into());
            }
            let begun = answering.register().await.map_err(|error| match error {
                LoginError::Store(error) => error.into(),
                error => ApiError::internal(&error),
            })?;
            match begun {
                Begun::Refused(LoginRefusal::Void) if is_answered(app, &pending).await? => {
                    SetCookies::default()
                }
                begun => began(app, headers, from, &pending, begun)?,
            }
        }
    });
    Ok((onwards(app, &pending), cookies))
}

/// Returns where the browser goes once the identity is linked. If roles or groups follow the claims, or
/// the OP is asked again about a session, a new session lacks what is not in the cookie: the browser goes
/// by way of the OP, which has just logged its user in.
fn onwards(app: &AppState, pending: &PendingLink) -> String {
    let next = pending.next.as_str();
    let provider = app.provider();
    let is_incomplete =
        provider.is_some_and(|op| op.config.recheck.is_some() || op.config.rp.role_claim.is_some());
    match pending.asked {
        Asked::Anyone(_) if is_incomplete => {
            let start = app.config.base().of(routes::API_LOGIN_OPENID);
            with_query(&start, &[("next", next)])
        }
        Asked::Anyone(_) | Asked::Owner { .. } => next.to_owned(),
    }
}

/// Links the identity to the account that is logged in, and gives its session a new token. The
/// table's constraints catch what happened since the OP's answer.
async fn link(
    app: &AppState,
    from: &ClientInfo,
    current: &Current,
    pending: &PendingLink,
) -> ApiResult<SetCookies> {
    let token = SessionToken::generate();
    let rotate = (current.session.id, token.hash());
    let (account, identity) = (&current.account, pending.identity());
    let linked = app
        .store
        .link_identity(
            account.id,
            stored(&identity),
            pending.spend(),
            rotate,
            current.by(from),
        )
        .await;
    match linked {
        Ok(()) => {
            tracing::info!(account.id = %account.id, oidc.issuer = %identity.issuer, "identity linked");
            Ok(session_cookie::give(app, &token))
        }
        // By this very link, perhaps, whose answer was lost: the first has given the session its
        // new token.
        Err(ChangeError::Taken(_) | ChangeError::Gone)
            if is_linked(&app.store, pending, account.id).await? =>
        {
            Ok(SetCookies::default())
        }
        Err(ChangeError::Gone) => Err(ErrorCode::LinkExpired.into()),
        Err(error) => Err(conflict(app, from, pending, account, error.into()).await),
    }
}

/// Returns true if the identity is linked by now, to whichever account.
async fn is_answered(app: &AppState, pending: &PendingLink) -> ApiResult<bool> {
    let identity = pending.identity();
    let owner = app
        .store
        .account_by_identity(&identity.issuer, &identity.subject);
    Ok(owner.await?.is_some())
}

/// Returns the cookies of a login that has begun.
fn began(
    app: &AppState,
    headers: &HeaderMap,
    from: &ClientInfo,
    pending: &PendingLink,
    begun: Begun,
) -> ApiResult<SetCookies> {
    let session = match begun {
        Begun::Session(session) => session,
        Begun::Refused(LoginRefusal::Disabled) => return Err(ErrorCode::AccountDisabled.into()),
        Begun::Refused(LoginRefusal::Void) => return Err(ErrorCode::LinkExpired.into()),
        Begun::Refused(LoginRefusal::Stale | LoginRefusal::Taken(_)) => {
            return Err(ErrorCode::LinkConflict.into());
        }
    };
    let issuer = pending.identity().issuer;
    tracing::info!(account.id = %session.account_id, oidc.issuer = %issuer, "identity linked");
    outcome::succeeded(
        app,
        from,
        LoginMethod::Openid,
        session.account_id,
        Some(&issuer),
    );
    Ok(session_cookie::begin(app, headers, &session))
}

/// Records why an identity was not linked to this account, with all that an administrator needs to
/// find the person.
async fn conflict(
    app: &AppState,
    from: &ClientInfo,
    pending: &PendingLink,
    account: &Account,
    error: ApiError,
) -> ApiError {
    let identity = pending.identity();
    let detail = format!(
        "the identity is not linked to the account {}: subject {} of {}, email {}",
        account.username,
        identity.subject,
        identity.issuer,
        identity.email.as_ref().map_or("none", Email::as_str),
    );
    let failure = Failure {
        cause: error.code().into(),
        account: Some(account.id),
        detail: Some(&detail),
    };
    audit_failures::failed_freely(app, from, AuditKind::LoginFailed, failure).await;
    refused(app, from, &error, Some((account.id, &detail)));
    error
}

/// Logs that nothing was linked.
fn refused(app: &AppState, from: &ClientInfo, error: &ApiError, known: Option<(AccountId, &str)>) {
    let failed = Failed {
        method: LoginMethod::Openid,
        cause: error.code().into(),
        account: known.map(|(account_id, _)| account_id),
        detail: known.map_or("nothing waits to be linked", |(_, detail)| detail),
    };
    outcome::failed(app, from, &failed);
}

/// Drops the link that waits.
pub(crate) async fn cancel(app: AppState, _: Call<DropLink>) -> Reply<DropLink> {
    Ok(Answer::new(()).with(forget(&app)))
}
