//! A browser's request on its way through the OP, and the error page it ends on.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use shared::error::ErrorCode;
use shared::failure::Lost;

use crate::app::AppState;
use crate::http::error::{ApiError, ApiResult, error_page};
use crate::http::extract::client::ClientInfo;
use crate::http::login::audit_failures::{self, Failure};
use crate::http::login::outcome;
use crate::http::reference;
use crate::login::LoginError;
use crate::op::Op;
use crate::return_to::ReturnTo;
use crate::telemetry::chain;
use shared::audit::AuditKind;

/// A browser's request on its way through the OP.
#[derive(Clone)]
pub(crate) struct Visit {
    /// What it reaches.
    pub(crate) app: AppState,
    /// The OP.
    pub(crate) provider: Arc<Op>,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Where it comes from.
    pub(crate) from: ClientInfo,
}

impl FromRequestParts<AppState> for Visit {
    /// `openid_disabled`.
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        let provider = app.provider().ok_or(ErrorCode::OpenidDisabled)?;
        let Ok(from) = ClientInfo::from_request_parts(parts, app).await;
        Ok(Self {
            app: app.clone(),
            provider,
            headers: parts.headers.clone(),
            from,
        })
    }
}

impl Visit {
    /// Ends a login on the error page, and records why.
    pub(crate) async fn fail(&self, error: &LoginError) -> Response {
        self.fail_because(error, None, None).await
    }

    /// Does the same; `lost` says what happened to a lost attempt, and the next try leads to `next`.
    pub(crate) async fn fail_because(
        &self,
        error: &LoginError,
        lost: Option<Lost>,
        next: Option<&ReturnTo>,
    ) -> Response {
        self.note_failure(error, lost).await;
        error_page(
            self.app.config.base(),
            error.code(),
            &reference::current(),
            lost,
            next,
        )
        .into_response()
    }

    /// Records that a login failed, in the audit trail and in the log.
    pub(crate) async fn note_failure(&self, error: &LoginError, lost: Option<Lost>) {
        let failure = Failure {
            cause: error.cause(),
            account: error.account(),
            detail: Some(&chain(error)),
        };
        audit_failures::failed_freely(&self.app, &self.from, AuditKind::LoginFailed, failure).await;
        let provider = self.provider.config.provider.as_str();
        outcome::failed_at_op(&self.app, &self.from, error, provider, lost);
    }
}
