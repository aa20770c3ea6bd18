//! The account's sessions: the list, ending one, ending all others.

use shared::api::{EndOtherSessions, EndSession, ListSessions};
use shared::error::ErrorCode;

use crate::app::AppState;
use crate::http::api::{Answer, Call, Reply};
use crate::http::extract::parse::parse_id;
use crate::http::login::session_cookie;
use crate::present::session::{opened_by, session_entry};
use crate::session::Session;

/// Lists the live sessions, the last used first.
pub(crate) async fn list(app: AppState, call: Call<ListSessions>) -> Reply<ListSessions> {
    let current = call.caller;
    let account_id = current.account.id;
    let sessions = app
        .store
        .sessions(account_id, &app.config.sessions, current.now)
        .await?;
    let opened = app.store.opened_applications(Some(account_id)).await?;
    let mut opened = opened_by(&app.config, opened);
    let entry = |session: Session| {
        let applications = opened.remove(&session.id).unwrap_or_default();
        session_entry(&app.config, Some(&current.session), session, applications)
    };
    Ok(Answer::new(sessions.into_iter().map(entry).collect()))
}

/// Ends one of the account's sessions. Ending the caller's own session is a logout without the OP.
///
/// # Errors
/// `not_found`: no such session of this account.
pub(crate) async fn end(app: AppState, call: Call<EndSession>) -> Reply<EndSession> {
    let (current, from) = (call.caller, call.client);
    let id = parse_id(&call.path.id)?;
    let account_id = current.account.id;
    if !app
        .store
        .end_session(account_id, id, current.by(&from))
        .await?
    {
        return Err(ErrorCode::NotFound.into());
    }
    tracing::info!(account.id = %account_id, session.id = %id, "session ended by its owner");
    let answer = Answer::new(());
    Ok(if id == current.session.id {
        answer.with(session_cookie::forget(&app))
    } else {
        answer
    })
}

/// Ends all sessions of the account but the caller's.
pub(crate) async fn end_others(
    app: AppState,
    call: Call<EndOtherSessions>,
) -> Reply<EndOtherSessions> {
    let (current, from) = (call.caller, call.client);
    let account_id = current.account.id;
    let ended = app
        .store
        .end_other_sessions(account_id, current.session.id, current.by(&from))
        .await?;
    tracing::info!(account.id = %account_id, ended, "other sessions ended by their owner");
    Ok(Answer::new(()))
}
