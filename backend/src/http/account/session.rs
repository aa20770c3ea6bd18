//! Who is logged in, and confirming it.

use shared::api::{ConfirmSession, ShowSession};
use shared::session::SessionStatus;

use crate::app::AppState;
use crate::http::api::{Answer, Call, Reply};
use crate::http::extract::principal::Current;
use crate::http::login::password::check_password;
use crate::present::application::tiles;

/// Returns who is logged in; 401 without a session.
pub(crate) async fn show(app: AppState, call: Call<ShowSession>) -> Reply<ShowSession> {
    Ok(Answer::new(status(&app, &call.caller)))
}

/// Returns what the page is told of who is logged in.
pub(super) fn status(app: &AppState, current: &Current) -> SessionStatus {
    SessionStatus {
        user: current.account.to_user(),
        session: current.session.to_info(&app.config.sessions),
        applications: tiles(&app.config, &current.account),
    }
}

/// Confirms the session by password, for actions that require a recent login.
pub(crate) async fn confirm(app: AppState, call: Call<ConfirmSession>) -> Reply<ConfirmSession> {
    let (current, password) = (call.caller, call.body.password);
    check_password(&app, &call.client, &current, password).await?;
    app.store
        .confirm_session(current.session.id, current.now)
        .await?;
    Ok(Answer::new(()))
}
