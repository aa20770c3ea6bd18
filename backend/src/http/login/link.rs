//! A link that waits for its user's word: the identity is in a sealed cookie, nothing is stored.

use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use shared::error::ErrorCode;
use shared::link::{LinkAnswer, PendingLink};
use shared::session::{GoTo, Role};
use uuid::Uuid;

use crate::account::{Account, AccountId};
use crate::app::AppState;
use crate::http::cookie::{self, SetCookies, style};
use crate::http::error::{ApiError, ApiResult};
use crate::http::extract::body::Json;
use crate::http::extract::client::From;
use crate::http::extract::principal::{Current, MaybeCurrent};
use crate::http::login::password::check_password;
use crate::http::login::{begin_session, outcome};
use crate::metrics::Method;
use crate::return_to::ReturnTo;
use crate::session::Origin;
use crate::store::NewIdentity;
use clock::Timestamp;

/// How long the link waits.
const LIFETIME: Duration = Duration::from_secs(600);

/// An identity that the OP vouched for, and the account it would be linked to.
#[derive(Serialize, Deserialize)]
pub(crate) struct PendingIdentity {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) sid: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) role: Option<Role>,
    pub(crate) account_id: AccountId,
    /// The session that asked for the link; `None` where the account's password is asked for.
    pub(crate) session_id: Option<Uuid>,
    pub(crate) next: ReturnTo,
    pub(crate) asked_at: Timestamp,
}

/// Returns the cookie that keeps it.
pub(crate) fn keep(
    app: &AppState,
    pending: &PendingIdentity,
) -> Result<SetCookies, serde_json::Error> {
    let style = style(app);
    let name = style.link();
    let sealed = cookie::seal(app.keys().link.key(), &name, pending)?;
    Ok(SetCookies::default().with(style.set(name, sealed, LIFETIME)))
}

fn forget(app: &AppState) -> SetCookies {
    let style = style(app);
    SetCookies::default().with(style.clear(style.link()))
}

/// Returns the link that waits in this browser, with its account.
///
/// # Errors
/// `link_expired` where there is none, it is too old, its account is gone, or another session
/// asked for it.
async fn pending(
    app: &AppState,
    headers: &HeaderMap,
    current: Option<&Current>,
) -> ApiResult<(PendingIdentity, Account)> {
    let expired = || ApiError::from(ErrorCode::LinkExpired);
    let name = style(app).link();
    let value = cookie::single(headers, &name).ok_or_else(expired)?;
    let (keys, now) = (app.keys(), app.clock.now());
    let pending: PendingIdentity =
        cookie::open(keys.link.opening(now), &name, value).ok_or_else(expired)?;
    if now >= pending.asked_at.plus(LIFETIME) {
        return Err(expired());
    }
    if let Some(session_id) = pending.session_id {
        let asked = current.is_some_and(|current| {
            current.session.id == session_id && current.account.id == pending.account_id
        });
        if !asked {
            return Err(expired());
        }
    }
    let account = app
        .store
        .account(pending.account_id)
        .await?
        .ok_or_else(expired)?;
    if account.is_disabled() {
        return Err(ErrorCode::AccountDisabled.into());
    }
    Ok((pending, account))
}

/// Names both identities.
pub(crate) async fn show(
    State(app): State<AppState>,
    headers: HeaderMap,
    MaybeCurrent(current): MaybeCurrent,
) -> ApiResult<axum::Json<PendingLink>> {
    let (pending, account) = pending(&app, &headers, current.as_ref()).await?;
    Ok(axum::Json(PendingLink {
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

/// Links, after the user's word: by the session that asked, or by the account's password.
pub(crate) async fn confirm(
    State(app): State<AppState>,
    headers: HeaderMap,
    from: From,
    MaybeCurrent(current): MaybeCurrent,
    Json(answer): Json<LinkAnswer>,
) -> ApiResult<Response> {
    let (pending, account) = pending(&app, &headers, current.as_ref()).await?;
    if pending.session_id.is_none() {
        check_password(&app, &from, &account, answer.password.unwrap_or_default()).await?;
    }
    let identity = NewIdentity {
        issuer: &pending.issuer,
        subject: &pending.subject,
        username: pending.username.as_deref(),
        email: pending.email.as_deref(),
    };
    // The table's constraints see what happened since the OP's answer.
    let by = from.by(app.clock.now()).account(account.id);
    let is_new = match app.store.link_identity(account.id, identity, by).await? {
        Ok(()) => {
            tracing::info!(account.id = %account.id, oidc.issuer = %pending.issuer, "identity linked");
            true
        }
        // By this very link, perhaps, whose answer was lost.
        Err(taken) => {
            let (issuer, subject) = (identity.issuer, identity.subject);
            let owner = app.store.account_by_identity(issuer, subject).await?;
            if owner.is_none_or(|owner| owner.id != account.id) {
                return Err(taken.into());
            }
            false
        }
    };
    let mut cookies = forget(&app);
    cookies.extend(match current {
        // The first of two at once has given the session its new token.
        Some(_) if pending.session_id.is_some() && !is_new => SetCookies::default(),
        Some(current) if pending.session_id.is_some() => {
            begin_session::rotate(&app, &current.session).await?
        }
        _ => log_in(&app, &headers, &from, &pending).await?,
    });
    let redirect = pending.next.as_str().to_owned();
    Ok((cookies, axum::Json(GoTo { redirect })).into_response())
}

async fn log_in(
    app: &AppState,
    headers: &HeaderMap,
    from: &From,
    pending: &PendingIdentity,
) -> ApiResult<SetCookies> {
    if let Some(role) = pending.role {
        app.store
            .set_role(pending.account_id, role, from.by(app.clock.now()))
            .await?;
    }
    let origin = Origin::Openid {
        issuer: pending.issuer.clone(),
        subject: Some(pending.subject.clone()),
        sid: pending.sid.clone(),
        // Too large for the cookie; the OP's logout asks its user instead.
        id_token: None,
    };
    let account_id = pending.account_id;
    let begun = begin_session::begin(app, headers, from, account_id, origin, None).await?;
    let cookies = begun.ok_or(ErrorCode::AccountDisabled)?;
    let issuer = Some(pending.issuer.as_str());
    outcome::succeeded(app, from, Method::Openid, account_id, issuer);
    Ok(cookies)
}

/// Drops the link that waits.
pub(crate) async fn cancel(State(app): State<AppState>) -> Response {
    (forget(&app), axum::http::StatusCode::NO_CONTENT).into_response()
}
