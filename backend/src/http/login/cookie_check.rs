//! Did the browser keep the cookie of a login? The answer that sets it cannot know.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use shared::audit::AuditKind;
use shared::failure::FailureCode;
use shared::session::LoginMethod;

use crate::app::AppState;
use crate::failure::Cause;
use crate::http::error::{ApiError, error_page};
use crate::http::extract::client::ClientInfo;
use crate::http::extract::principal;
use crate::http::login::audit_failures::{self, Failure};
use crate::http::login::landing;
use crate::http::login::outcome::{self, Failed};
use crate::http::query::parameter;
use crate::http::reference;
use crate::return_to::ReturnTo;

/// Leads a browser that is logged in to `next`, and any other to the page that says why.
pub(crate) async fn check(
    State(app): State<AppState>,
    from: ClientInfo,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let next = parameter(&query, "next").unwrap_or_default();
    let base = app.config.base();
    let next = ReturnTo::parse(&next, base);
    let code = match principal::current(&headers, &app).await {
        Ok(Some(current)) => {
            let landing = landing::of(&app, &current, &next);
            return Redirect::to(&landing).into_response();
        }
        Ok(None) => {
            note_failure(&app, &from).await;
            FailureCode::CookiesBlocked
        }
        Err(error) => {
            // Logs it.
            let _ = ApiError::from(error);
            FailureCode::ServerError
        }
    };
    error_page(base, code, &reference::current(), None, None).into_response()
}

/// Records that a browser kept no cookie. Anybody can open the address without one.
async fn note_failure(app: &AppState, from: &ClientInfo) {
    let (cause, detail) = (Cause::CookiesBlocked, "the browser kept no session cookie");
    let failure = Failure {
        cause,
        account: None,
        detail: Some(detail),
    };
    audit_failures::failed_freely(app, from, AuditKind::LoginFailed, failure).await;
    let failed = Failed {
        method: LoginMethod::Password,
        cause,
        account: None,
        detail,
    };
    outcome::failed(app, from, &failed);
}
