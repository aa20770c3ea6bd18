//! Decides on a request to an application in this process. It needs no headers and no assertion:
//! nobody is between.

use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::response::{IntoResponse, Response};
use postern_assertion::Identity;
use shared::error::ErrorCode;

use super::admit::{Refusal, recognize};
use super::challenge::challenge;
use crate::app::AppState;
use crate::application::allow::Allow;
use crate::application::registry::Application;
use crate::assertion::identity::identity;
use crate::http::error::ApiError;
use crate::http::layers::reference::{given, note_refusal};
use crate::http::layers::same_origin::is_write_from_elsewhere;

/// Returns who makes the request, if these let them in.
///
/// # Errors
/// The answer to anybody else.
pub(crate) async fn admit(
    app: &AppState,
    who: (&Application, &[Allow]),
    parts: &Parts,
) -> Result<Identity, Response> {
    let decision = async {
        let decision = decide(app, who, parts).await;
        decision.inspect_err(note_refusal)
    };
    given(decision).await
}

async fn decide(
    app: &AppState,
    (application, allow): (&Application, &[Allow]),
    parts: &Parts,
) -> Result<Identity, Response> {
    let (method, headers) = (&parts.method, &parts.headers);
    let refused = |code: ErrorCode| ApiError::from(code).into_response();
    // The session's cookie is all that proves who asks, and browsers send it for other sites too.
    if is_write_from_elsewhere(app, method, headers) {
        return Err(refused(ErrorCode::CrossSite));
    }
    let current =
        recognize(app, application, allow, headers)
            .await
            .map_err(|refusal| match refusal {
                Refusal::LoggedOut => {
                    let asked = parts.uri.path_and_query();
                    let asked = asked.map_or("/", PathAndQuery::as_str);
                    challenge(application, (method, headers), asked)
                }
                Refusal::Forbidden(_) => refused(ErrorCode::AppForbidden),
                Refusal::CrossSite => refused(ErrorCode::CrossSite),
                Refusal::Store(error) => ApiError::from(error).into_response(),
                Refusal::Sign(error) => ApiError::internal(&error).into_response(),
            })?;
    Ok(identity(
        &current.account,
        &current.session,
        &application.name,
    ))
}
