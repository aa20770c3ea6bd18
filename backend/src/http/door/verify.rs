//! Forward-auth: a reverse proxy asks for each request of an application whether it may pass.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use shared::error::ErrorCode;

use super::admit::admit;
use super::asked::{FORWARDED_HOST, is_trusted, single};
use super::challenge::refused;
use crate::app::AppState;
use crate::http::error::ApiError;

static FORWARDED_METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
static FORWARDED_URI: HeaderName = HeaderName::from_static("x-forwarded-uri");

/// Answers 200 with who it is, or refuses. The application is found by `X-Forwarded-Host`; a host
/// that is none's is refused, and so is a proxy that the settings do not name.
pub(crate) async fn verify(State(app): State<AppState>, request: Request) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(peer)| peer.ip());
    let mut response = decide(&app, peer, request.headers()).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn decide(app: &AppState, peer: Option<std::net::IpAddr>, headers: &HeaderMap) -> Response {
    if !is_trusted(peer, &app.config.trusted_proxies) {
        let peer = peer.map(|peer| peer.to_string());
        tracing::warn!(
            peer,
            remedy = "name the reverse proxy's address in POSTERN_TRUSTED_PROXIES",
            "a proxy that is not trusted asks /api/verify"
        );
        return ApiError::from(ErrorCode::Forbidden).into_response();
    }
    let host = single(headers, &FORWARDED_HOST).unwrap_or_default();
    let Some(application) = app.config.applications.on_host(host) else {
        tracing::warn!(
            remedy = "set POSTERN_APP_<NAME>_URL to the origin of this application",
            "/api/verify is asked for {host:?}, which is no application"
        );
        return ApiError::from(ErrorCode::AppUnknown).into_response();
    };
    let asked = single(headers, &FORWARDED_URI).unwrap_or_default();
    let (Some(method), Ok(uri)) = (method(headers), asked.parse::<Uri>()) else {
        return ApiError::from(ErrorCode::BadRequest).into_response();
    };
    // What the browser asked for, path and query as they came: the parser drops a fragment, which no
    // request has.
    let is_path = asked.starts_with('/') && !asked.contains('#');
    if !is_path {
        return ApiError::from(ErrorCode::BadRequest).into_response();
    }
    match admit(app, application, uri.path(), headers).await {
        Ok(visit) => {
            let mut response = StatusCode::OK.into_response();
            if let Some(visit) = visit {
                visit.tell(response.headers_mut());
            }
            response
        }
        Err(refusal) => refused(refusal, application, (&method, headers), asked),
    }
}

/// Returns the method of the request that the proxy asks about.
fn method(headers: &HeaderMap) -> Option<Method> {
    match single(headers, &FORWARDED_METHOD) {
        Some(method) => method.parse().ok(),
        None => (!headers.contains_key(&FORWARDED_METHOD)).then_some(Method::GET),
    }
}
