//! The account's sessions: the list, ending one, ending all others.

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use shared::error::ErrorCode;
use shared::session::SessionEntry;
use uuid::Uuid;

use crate::app::AppState;
use crate::http::account::profile::issuer_label;
use crate::http::error::ApiResult;
use crate::http::extract::client::From;
use crate::http::extract::principal::Current;
use crate::http::login::session_cookie;
use crate::session::{Origin, Session};
use crate::user_agent;

/// Lists the sessions that are live, the last used first.
pub(crate) async fn list(
    State(app): State<AppState>,
    current: Current,
) -> ApiResult<Answer<Vec<SessionEntry>>> {
    let account_id = current.account.id;
    let sessions = app
        .store
        .sessions(account_id, &app.config.sessions, current.now)
        .await?;
    let entry = |session| entry(&app, Some(&current.session), session);
    Ok(Answer(sessions.into_iter().map(entry).collect()))
}

/// Returns a session as it is shown; `current` is the one that asks, if one does.
pub(crate) fn entry(app: &AppState, current: Option<&Session>, session: Session) -> SessionEntry {
    let info = session.to_info(&app.config.sessions);
    SessionEntry {
        is_current: current.is_some_and(|current| session.id == current.id),
        provider: match &session.origin {
            Origin::Openid { issuer, .. } => Some(issuer_label(app, issuer)),
            Origin::Password | Origin::WelcomeLink | Origin::LoginLink | Origin::Setup => None,
        },
        browser: session.user_agent.as_deref().and_then(user_agent::describe),
        user_agent: session.user_agent,
        address: session.address,
        last_used_at: session.last_used_at.unix(),
        id: info.id,
        method: info.method,
        started_at: info.started_at,
        expires_at: info.expires_at,
    }
}

/// Ends one of the account's sessions. Ending the one that asks is a logout without the OP.
///
/// # Errors
/// `not_found`: no such session of this account.
pub(crate) async fn end(
    State(app): State<AppState>,
    current: Current,
    from: From,
    Path(id): Path<String>,
) -> ApiResult<Response> {
    let id = Uuid::parse_str(&id).map_err(|_| ErrorCode::NotFound)?;
    let account_id = current.account.id;
    if !app
        .store
        .end_session(account_id, id, current.by(&from))
        .await?
    {
        return Err(ErrorCode::NotFound.into());
    }
    tracing::info!(account.id = %account_id, session.id = %id, "session ended by its owner");
    Ok(if id == current.session.id {
        (session_cookie::forget(&app), StatusCode::NO_CONTENT).into_response()
    } else {
        StatusCode::NO_CONTENT.into_response()
    })
}

/// Ends all sessions of the account but the one that asks.
pub(crate) async fn end_others(
    State(app): State<AppState>,
    current: Current,
    from: From,
) -> ApiResult<StatusCode> {
    let account_id = current.account.id;
    let ended = app
        .store
        .end_other_sessions(account_id, current.session.id, current.by(&from))
        .await?;
    tracing::info!(account.id = %account_id, ended, "other sessions ended by their owner");
    Ok(StatusCode::NO_CONTENT)
}
