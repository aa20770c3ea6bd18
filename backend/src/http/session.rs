//! Who is logged in, and confirming that it is them.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use shared::session::{Confirmation, SessionStatus};

use super::error::ApiResult;
use super::extract::{Current, From, Json};
use super::login::check_password;
use crate::app::AppState;

/// Returns who is logged in; 401 without a session.
pub(super) async fn show(State(app): State<AppState>, current: Current) -> Answer<SessionStatus> {
    Answer(SessionStatus {
        user: current.account.to_user(),
        session: current.session.to_info(&app.config.sessions),
    })
}

/// Confirms the session by password, for what asks for a recent login.
pub(super) async fn confirm(
    State(app): State<AppState>,
    current: Current,
    from: From,
    Json(body): Json<Confirmation>,
) -> ApiResult<StatusCode> {
    check_password(&app, &from, &current.account, body.password).await?;
    app.store
        .confirm_session(current.session.id, current.now)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
