//! Linked identities: the list, linking, unlinking.

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use shared::error::ErrorCode;
use shared::failure::FailureCode;
use shared::profile::LinkedIdentity;
use shared::routes;
use shared::session::GoTo;
use uuid::Uuid;

use crate::app::AppState;
use crate::http::account::profile;
use crate::http::error::ApiResult;
use crate::http::extract::client::From;
use crate::http::extract::principal::{Current, RecentlyConfirmed};
use crate::http::login::attempts;
use crate::login::attempt::Intent;
use crate::return_to::ReturnTo;
use crate::telemetry::chain;

/// Lists the identities linked to the account.
pub(crate) async fn list(
    State(app): State<AppState>,
    current: Current,
) -> ApiResult<Answer<Vec<LinkedIdentity>>> {
    Ok(Answer(profile::identities(&app, current.account.id).await?))
}

/// Begins a link: an attempt bound to this account and this session. Answers with the OP's URL.
pub(crate) async fn link(
    State(app): State<AppState>,
    headers: HeaderMap,
    RecentlyConfirmed(current): RecentlyConfirmed,
) -> ApiResult<Response> {
    let provider = app.provider().ok_or(ErrorCode::OpenidDisabled)?;
    let intent = Intent::Link {
        account_id: current.account.id,
        session_id: current.session.id,
    };
    let next = ReturnTo::parse(routes::PROFILE);
    match attempts::begin(&app, &provider, &headers, intent, next, false, None).await {
        Ok((url, cookies)) => Ok((
            cookies,
            Answer(GoTo {
                redirect: url.to_string(),
            }),
        )
            .into_response()),
        Err(error) => {
            tracing::warn!(
                code = error.code().as_str(),
                "link not begun: {}",
                chain(&error)
            );
            Err(match error.code() {
                FailureCode::OpUnreachable => ErrorCode::OpUnreachable.into(),
                // The latter two come of a request that had to be pushed.
                FailureCode::OpMisconfigured
                | FailureCode::ClientRejected
                | FailureCode::OpError => ErrorCode::OpMisconfigured.into(),
                _ => ErrorCode::Internal.into(),
            })
        }
    }
}

/// Unlinks an identity, never the last way in.
pub(crate) async fn unlink(
    State(app): State<AppState>,
    RecentlyConfirmed(current): RecentlyConfirmed,
    from: From,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let id = Uuid::parse_str(&id).map_err(|_| ErrorCode::NotFound)?;
    let account_id = current.account.id;
    let done = app
        .store
        .unlink_identity(account_id, id, app.config.password_login, current.by(&from))
        .await?;
    match done {
        None => Err(ErrorCode::NotFound.into()),
        Some(false) => Err(ErrorCode::LastWayIn.into()),
        Some(true) => {
            tracing::info!(account.id = %account_id, "identity unlinked");
            Ok(StatusCode::NO_CONTENT)
        }
    }
}
