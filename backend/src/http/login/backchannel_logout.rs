//! The OP ends sessions here (`OpenID` Connect Back-Channel Logout 1.0 §2.5 to §2.8).

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use shared::error::ErrorCode;

use crate::app::AppState;
use crate::http::error::{ApiError, ApiResult};
use crate::http::extract::body::is_form;
use crate::http::extract::client::ClientInfo;
use crate::store::EndedByOp;
use crate::telemetry::chain;

/// Ends the sessions that the logout token names. If there are none, the answer is 200 too: the
/// OP's goal is reached.
///
/// # Errors
/// `logout_token_invalid`; `openid_disabled`.
pub(crate) async fn end_sessions(
    State(app): State<AppState>,
    headers: HeaderMap,
    from: ClientInfo,
    body: Bytes,
) -> ApiResult<StatusCode> {
    let provider = app.provider().ok_or(ErrorCode::OpenidDisabled)?;
    let refuse = |cause: &str| {
        let code = ErrorCode::LogoutTokenInvalid;
        tracing::warn!(code = code.as_str(), "logout token refused: {cause}");
        ApiError::from(code)
    };
    if !is_form(&headers) {
        return Err(refuse("the body is no form"));
    }
    let mut tokens = form_urlencoded::parse(&body).filter(|(name, _)| name == "logout_token");
    let (Some((_, token)), None) = (tokens.next(), tokens.next()) else {
        return Err(refuse("there is not one logout_token in the form"));
    };
    let token = provider.rp.check_logout_token(&token).await;
    let token = token.map_err(|error| refuse(&chain(&error)))?;
    let by = from.by(app.clock.now());
    match app.store.end_sessions_by_op(&token, by).await? {
        EndedByOp::Ended(ended) => {
            tracing::info!(ended, oidc.issuer = %token.issuer, "the OP ended sessions");
            Ok(StatusCode::OK)
        }
        EndedByOp::Replayed => Err(refuse("its jti was taken before")),
        EndedByOp::OtherUser => Err(refuse("its sid is not a session of its sub")),
    }
}
