//! Who is logged in, and confirming that it is them.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use shared::session::{Confirmation, SessionStatus};

use crate::app::AppState;
use crate::http::error::ApiResult;
use crate::http::extract::body::Json;
use crate::http::extract::client::From;
use crate::http::extract::principal::Current;
use crate::http::login::password::check_password;

/// Returns who is logged in; 401 without a session.
pub(crate) async fn show(State(app): State<AppState>, current: Current) -> Answer<SessionStatus> {
    Answer(SessionStatus {
        user: current.account.to_user(),
        session: current.session.to_info(&app.config.sessions),
    })
}

/// Confirms the session by password, for what asks for a recent login.
pub(crate) async fn confirm(
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
