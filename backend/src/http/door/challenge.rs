//! The answers to who may not pass.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use shared::error::ErrorCode;

use super::admit::Refusal;
use super::asked::is_navigation;
use crate::application::registry::Application;
use crate::base_path::BasePath;
use crate::http::error::ApiError;
use crate::http::extract::address::logged;
use crate::http::page::refusal::refuse;
use crate::http::query::with_query;
use crate::telemetry::chain;
use shared::routes;

/// Tells an answer of ours from one of an application's, in a response's extensions.
#[derive(Clone)]
pub(crate) struct Own;

/// Answers a request for this path, query included, that may not pass.
pub(crate) fn refused(
    refusal: Refusal,
    application: &Application,
    (method, headers): (&Method, &HeaderMap),
    asked: &str,
) -> Response {
    match refusal {
        Refusal::LoggedOut => challenge(application, (method, headers), asked),
        Refusal::Forbidden(account) => refuse(application, &account),
        Refusal::CrossSite => cross_site(application, headers),
        Refusal::Store(_) | Refusal::Sign(_) => {
            tracing::error!("cannot decide on a request: {}", chain(&refusal));
            ApiError::from(ErrorCode::Unavailable).into_response()
        }
    }
}

/// Sends a page load to the login, and refuses anything else with 401 and the login's address.
pub(crate) fn challenge(
    application: &Application,
    (method, headers): (&Method, &HeaderMap),
    asked: &str,
) -> Response {
    let login = login_url(application, asked);
    let mut response = if is_navigation(method, headers) {
        Redirect::to(&login).into_response()
    } else {
        let mut refusal = ApiError::from(ErrorCode::Unauthenticated).into_response();
        // Names the login (RFC 8288 leaves the relation to us), for programs that know no page.
        if let Ok(link) = HeaderValue::from_str(&format!("<{login}>; rel=\"login\"")) {
            refusal.headers_mut().insert(header::LINK, link);
        }
        *refusal.status_mut() = StatusCode::UNAUTHORIZED;
        refusal
    };
    response.extensions_mut().insert(Own);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Returns where somebody logs in who asked for this path of an application, query included.
pub(crate) fn login_url(application: &Application, asked: &str) -> String {
    let login = if application.is_on_own_host {
        BasePath::BELOW.of(routes::LOGIN)
    } else {
        format!("{}{}", application.url.origin(), routes::APP_START)
    };
    with_query(&login, &[("next", asked)])
}

/// Refuses a WebSocket that another site opens in somebody's name.
fn cross_site(application: &Application, headers: &HeaderMap) -> Response {
    let code = ErrorCode::CrossSite;
    tracing::warn!(
        code = code.as_str(),
        app = application.name,
        origin = logged(headers, "origin"),
        "refused: another site opens a WebSocket"
    );
    ApiError::from(code).into_response()
}
