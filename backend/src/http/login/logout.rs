//! Logs out: here, and at the OP if that is set.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use shared::routes;
use shared::session::GoTo;

use crate::app::AppState;
use crate::http::error::ApiResult;
use crate::http::extract::body::is_form;
use crate::http::extract::client::From;
use crate::http::extract::principal::session_token;
use crate::http::login::session_cookie;
use crate::session::Origin;

/// Ends the session on the server, and says where to go: the login page, or the OP's logout.
pub(crate) async fn logout(
    State(app): State<AppState>,
    headers: HeaderMap,
    from: From,
) -> ApiResult<Response> {
    let session = match session_token(&headers, &app) {
        Some(token) => {
            let by = from.by(app.clock.now());
            app.store.take_session(token, by).await?
        }
        None => None,
    };
    let mut redirect = format!("{}?logged_out=1", routes::LOGIN);
    if let Some(session) = session {
        tracing::info!(account.id = %session.account_id, "logged out");
        if let Some(url) = op_logout(&app, &session.origin) {
            redirect = url;
        }
    }
    let cookies = session_cookie::forget(&app);
    Ok(if is_form(&headers) {
        (cookies, Redirect::to(&redirect)).into_response()
    } else {
        (cookies, axum::Json(GoTo { redirect })).into_response()
    })
}

/// Returns the OP's logout URL, if the session came from there and logging out there is on.
fn op_logout(app: &AppState, origin: &Origin) -> Option<String> {
    let Origin::Openid { id_token, .. } = origin else {
        return None;
    };
    let provider = app
        .provider()
        .filter(|provider| provider.config.rp_initiated_logout)?;
    let return_url = format!(
        "{}{}?logged_out=1",
        provider.config.origin.origin(),
        routes::LOGIN
    );
    let url = provider
        .rp
        .end_session_url(id_token.as_deref(), &return_url)?;
    Some(url.to_string())
}
