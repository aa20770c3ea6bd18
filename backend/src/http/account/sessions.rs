//! The account's sessions: the list, ending one, ending all others.

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use shared::error::ErrorCode;
use shared::session::SessionEntry;
use uuid::Uuid;

use crate::app::AppState;
use crate::http::error::ApiResult;
use crate::http::extract::client::From;
use crate::http::extract::principal::Current;
use crate::http::login::session_cookie;
use crate::present::session::session_entry;

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
    let entry = |session| session_entry(&app.config, Some(&current.session), session);
    Ok(Answer(sessions.into_iter().map(entry).collect()))
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
