//! A pending link, which waits for its user's confirmation: shown, confirmed, dropped.

use axum::http::HeaderMap;
use shared::api::{AcceptLink, DropLink, ShowLink};
use shared::error::ErrorCode;
use shared::link::PendingLink as LinkQuestion;
use shared::session::{GoTo, LoginMethod};

use crate::account::Account;
use crate::app::AppState;
use crate::http::api::{Answer, Call, Reply};
use crate::http::cookie::{self, SetCookies, style};
use crate::http::error::ApiResult;
use crate::http::extract::client::ClientInfo;
use crate::http::extract::principal::{Current, current};
use crate::http::login::password::check_password;
use crate::http::login::{outcome, session_cookie};
use crate::login::LoginError;
use crate::login::begin::Begun;
use crate::login::pending_link::{LIFETIME, PendingLink, is_linked, link_and_log_in};
use crate::session::SessionToken;
use crate::store::{ChangeError, LoginRefusal};

/// Returns the cookie that keeps it.
///
/// # Errors
/// `Internal` if it cannot be sealed.
pub(crate) fn keep(app: &AppState, pending: &PendingLink) -> Result<SetCookies, LoginError> {
    let style = style(app);
    let name = style.link();
    let sealed = cookie::seal(app.keys().link.key(), &name, pending)
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
        .and_then(|value| cookie::open::<PendingLink>(keys.link.opening(now), &name, value));
    let pending = pending.filter(|pending| !pending.is_expired(now));
    pending.ok_or_else(|| ErrorCode::LinkExpired.into())
}

/// Returns true if another session than this one asked for the link.
fn is_of_another(pending: &PendingLink, current: Option<&Current>) -> bool {
    pending.session_id.is_some_and(|session_id| {
        current.is_none_or(|current| {
            current.session.id != session_id || current.account.id != pending.account_id
        })
    })
}

/// Returns the link's account.
///
/// # Errors
/// `link_expired` if it is gone, or another session asked for the link; `account_disabled`.
async fn account_of(
    app: &AppState,
    pending: &PendingLink,
    current: Option<&Current>,
) -> ApiResult<Account> {
    if is_of_another(pending, current) {
        return Err(ErrorCode::LinkExpired.into());
    }
    let account = app.store.account(pending.account_id).await?;
    let account = account.ok_or(ErrorCode::LinkExpired)?;
    if account.is_disabled() {
        return Err(ErrorCode::AccountDisabled.into());
    }
    Ok(account)
}

/// Shows both identities.
pub(crate) async fn show(app: AppState, call: Call<ShowLink>) -> Reply<ShowLink> {
    let current = current(&call.headers, &app).await?;
    let pending = opened(&app, &call.headers)?;
    let account = account_of(&app, &pending, current.as_ref()).await?;
    Ok(Answer::new(LinkQuestion {
        label: app
            .provider()
            .map(|provider| provider.label())
            .unwrap_or_default(),
        identity_username: pending.username,
        identity_email: pending.email,
        account_username: account.username,
        needs_password: pending.session_id.is_none(),
    }))
}

/// Links after the user's confirmation: by the session that asked, or by the account's password.
pub(crate) async fn confirm(app: AppState, call: Call<AcceptLink>) -> Reply<AcceptLink> {
    let (headers, from, answer) = (call.headers, call.client, call.body);
    let current = current(&headers, &app).await?;
    let pending = opened(&app, &headers)?;
    let mut cookies = forget(&app);
    let redirect = pending.next.as_str().to_owned();
    // Of two answers at once, the first has given the session a new token. The second, which came
    // with the old one, gets the same answer and changes nothing.
    if is_of_another(&pending, current.as_ref()) && is_linked(&app.store, &pending).await? {
        return Ok(Answer::new(GoTo { redirect }).with(cookies));
    }
    let account = account_of(&app, &pending, current.as_ref()).await?;
    cookies.extend(match current {
        Some(current) if pending.session_id.is_some() => {
            link(&app, &from, &current, &pending).await?
        }
        _ => {
            let password = answer.password.unwrap_or_default();
            check_password(&app, &from, &account, password).await?;
            log_in(&app, &headers, &from, &pending).await?
        }
    });
    Ok(Answer::new(GoTo { redirect }).with(cookies))
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
    let by = current.by(from);
    let linked = app
        .store
        .link_identity(current.account.id, pending.identity(), rotate, by)
        .await;
    match linked {
        Ok(()) => {
            tracing::info!(account.id = %current.account.id, oidc.issuer = %pending.issuer, "identity linked");
            Ok(session_cookie::give(app, &token))
        }
        // By this very link, perhaps, whose answer was lost: the first has given the session its
        // new token.
        Err(ChangeError::Taken(_)) if is_linked(&app.store, pending).await? => {
            Ok(SetCookies::default())
        }
        Err(error) => Err(error.into()),
    }
}

/// Links the identity after the account's password was given, and logs in.
async fn log_in(
    app: &AppState,
    headers: &HeaderMap,
    from: &ClientInfo,
    pending: &PendingLink,
) -> ApiResult<SetCookies> {
    let arrival = session_cookie::arrival(app, headers, from);
    let begun = link_and_log_in(&app.store, &app.config.sessions, &arrival, pending).await?;
    let session = match begun {
        Begun::Session(session) => session,
        Begun::Refused(LoginRefusal::Disabled) => return Err(ErrorCode::AccountDisabled.into()),
        Begun::Refused(LoginRefusal::Stale | LoginRefusal::Taken(_)) => {
            return Err(ErrorCode::LinkConflict.into());
        }
    };
    let issuer = Some(pending.issuer.as_str());
    tracing::info!(account.id = %session.account_id, oidc.issuer = issuer, "identity linked");
    outcome::succeeded(app, from, LoginMethod::Openid, session.account_id, issuer);
    Ok(session_cookie::give(app, &session.token))
}

/// Drops the pending link.
pub(crate) async fn cancel(app: AppState, _: Call<DropLink>) -> Reply<DropLink> {
    Ok(Answer::new(()).with(forget(&app)))
}
