//! Errors at the boundary: problem details for fetches, a redirect with a code for navigations.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use shared::error::{ErrorCode, Problem};
use shared::failure::{FailureCode, Lost};
use shared::routes;
use shared::text::Language;

use crate::base_path::BasePath;
use crate::http::query::with_query;
use crate::http::reference;
use crate::return_to::ReturnTo;
use crate::telemetry::chain;
use crate::{password, store};

/// The result of a handler called by a fetch.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

/// Why a fetch is refused. Only the code leaves the server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiError {
    code: ErrorCode,
    retry_after: Option<Duration>,
}

impl ApiError {
    /// Too many attempts: how long to wait.
    pub(crate) fn rate_limited(wait: Duration) -> Self {
        Self {
            code: ErrorCode::RateLimited,
            retry_after: Some(wait),
        }
    }

    /// A fault of ours. It is logged here and nowhere else.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!("request failed: {}", chain(error));
        ErrorCode::Internal.into()
    }

    /// Returns the code.
    pub(crate) fn code(self) -> ErrorCode {
        self.code
    }
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Self {
            code,
            retry_after: None,
        }
    }
}

impl From<store::Error> for ApiError {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unavailable(_) | store::Error::Replaced { .. } => {
                tracing::error!("request failed: {}", chain(&error));
                ErrorCode::Unavailable.into()
            }
            // The log already says why.
            store::Error::Away => {
                tracing::warn!("request failed: {error}");
                ErrorCode::Unavailable.into()
            }
            store::Error::Row(_)
            | store::Error::Migrate(_)
            | store::Error::Newer { .. }
            | store::Error::UnfinishedMove
            | store::Error::Restoring { .. }
            | store::Error::File { .. }
            | store::Error::Unusable { .. } => Self::internal(&error),
        }
    }
}

impl From<password::Error> for ApiError {
    fn from(error: password::Error) -> Self {
        match error {
            // About as long as the queue takes to become short.
            password::Error::Busy => {
                tracing::warn!(code = "rate_limited", "request refused: {error}");
                Self::rate_limited(Duration::from_secs(5))
            }
            password::Error::Hash(_) => Self::internal(&error),
        }
    }
}

impl From<store::Taken> for ApiError {
    fn from(taken: store::Taken) -> Self {
        match taken {
            store::Taken::Username => ErrorCode::UsernameTaken,
            store::Taken::Email => ErrorCode::EmailTaken,
            store::Taken::Identity => ErrorCode::LinkConflict,
            store::Taken::Setup => ErrorCode::SetupClosed,
        }
        .into()
    }
}

impl From<store::ChangeError> for ApiError {
    fn from(error: store::ChangeError) -> Self {
        match error {
            store::ChangeError::Gone => ErrorCode::NotFound.into(),
            store::ChangeError::LastAdmin => ErrorCode::LastAdmin.into(),
            store::ChangeError::LastWayIn => ErrorCode::LastWayIn.into(),
            store::ChangeError::Disabled => ErrorCode::AccountDisabled.into(),
            store::ChangeError::Taken(taken) => taken.into(),
            store::ChangeError::Store(error) => error.into(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = status(self.code);
        // Rounded up: a client that waits this long must not be refused again.
        let seconds = self
            .retry_after
            .map(|wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
        let problem = Problem {
            kind: "about:blank".to_owned(),
            // For whoever reads the raw answer; the page has its own words for the code.
            title: Language::ENGLISH.text(self.code.message()).to_owned(),
            status: status.as_u16(),
            code: self.code,
            reference: reference::current(),
            retry_after: seconds,
        };
        let mut response = (status, Json(problem)).into_response();
        // For `layers::pages`, which shows people a page instead.
        response.extensions_mut().insert(self);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// Returns a code's status. Exhaustive: a new code must be given one.
pub(super) fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Unauthenticated | ErrorCode::InvalidCredentials => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden
        | ErrorCode::CrossSite
        | ErrorCode::WrongAddress
        | ErrorCode::AppForbidden
        | ErrorCode::AppUnknown
        | ErrorCode::PasswordWrong
        | ErrorCode::AccountDisabled
        | ErrorCode::PasswordLoginDisabled
        | ErrorCode::ReauthRequired
        | ErrorCode::SetupTokenWrong => StatusCode::FORBIDDEN,
        ErrorCode::JsonRequired => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorCode::BadRequest | ErrorCode::LogoutTokenInvalid => StatusCode::BAD_REQUEST,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::NotFound
        | ErrorCode::OpenidDisabled
        | ErrorCode::LinkExpired
        | ErrorCode::WelcomeLinkInvalid => StatusCode::NOT_FOUND,
        ErrorCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::OpUnreachable | ErrorCode::OpMisconfigured | ErrorCode::AppUnreachable => {
            StatusCode::BAD_GATEWAY
        }
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::EmailInvalid
        | ErrorCode::UsernameInvalid
        | ErrorCode::DisplayNameInvalid
        | ErrorCode::PasswordUnfit => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::EmailTaken
        | ErrorCode::UsernameTaken
        | ErrorCode::LastWayIn
        | ErrorCode::LastAdmin
        | ErrorCode::LinkConflict
        | ErrorCode::SetupClosed => StatusCode::CONFLICT,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Returns the redirect to the error page; the reference leads to the log line, and the next try to
/// `next`.
pub(super) fn error_page(
    base: BasePath,
    code: FailureCode,
    reference: &str,
    lost: Option<Lost>,
    next: Option<&ReturnTo>,
) -> Redirect {
    let mut query = vec![("error", code.as_str()), ("ref", reference)];
    query.extend(lost.map(|lost| ("because", lost.as_str())));
    query.extend(next.and_then(|next| onward(next, base)));
    Redirect::to(&with_query(&base.of(routes::LOGIN), &query))
}

/// Returns the parameter that says where to go afterwards; `None` if that is Postern's home page.
pub(super) fn onward(next: &ReturnTo, base: BasePath) -> Option<(&'static str, &str)> {
    (*next != ReturnTo::home(base)).then(|| ("next", next.as_str()))
}
