//! Logs out: here, and at the OP if that is set.

use shared::api::LogOut;
use shared::routes;
use shared::session::{GoTo, LOGGED_OUT, LOGGED_OUT_HERE};

use crate::app::AppState;
use crate::http::api::{Answer, Call, FormReply};
use crate::http::extract::principal::session_token;
use crate::http::login::session_cookie;
use crate::session::{Origin, Session};
use crate::telemetry::chain;

/// Ends the session on the server, and says where to go next: the login page, or the OP's logout. If
/// the database is down, the browser still forgets the session, and the login page says what remains.
pub(crate) async fn logout(app: AppState, call: Call<LogOut>) -> FormReply<LogOut> {
    let mut ended = LOGGED_OUT;
    let session = match session_token(&call.headers, &app) {
        Some(token) => {
            let by = call.client.by(app.clock.now());
            let session = app.store.take_session(token, by).await;
            session.unwrap_or_else(|error| {
                tracing::warn!("a session remains that was logged out: {}", chain(&error));
                ended = LOGGED_OUT_HERE;
                None
            })
        }
        None => None,
    };
    let redirect = next(&app, session.as_ref(), ended).await;
    Ok(Answer::new(GoTo { redirect }).with(session_cookie::forget(&app)))
}

/// Returns where to go after the end of this session: the login page, which says how it `ended`, or
/// the OP's logout.
pub(crate) async fn next(app: &AppState, session: Option<&Session>, ended: &str) -> String {
    let url = match session {
        Some(session) => {
            tracing::info!(account.id = %session.account_id, "logged out");
            op_logout(app, &session.origin).await
        }
        None => None,
    };
    url.unwrap_or_else(|| format!("{}?logged_out={ended}", app.config.base().of(routes::LOGIN)))
}

/// Returns the OP's logout URL if the session came from there, OP logout is on, and the OP answers.
async fn op_logout(app: &AppState, origin: &Origin) -> Option<String> {
    let Origin::Openid { id_token, .. } = origin else {
        return None;
    };
    let provider = app
        .provider()
        .filter(|provider| provider.config.rp_initiated_logout)?;
    let return_url = format!(
        "{}{}?logged_out={LOGGED_OUT}",
        provider.config.origin.origin(),
        app.config.base().of(routes::LOGIN)
    );
    let url = provider.rp.logout_url(id_token.as_deref(), &return_url);
    Some(url.await?.to_string())
}
