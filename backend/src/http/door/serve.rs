//! Answers a request for an application that is proxied to.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::HeaderName;
use axum::http::uri::PathAndQuery;
use axum::response::{IntoResponse, Response};
use shared::error::ErrorCode;

use super::admit::admit;
use super::challenge::refused;
use super::forwarded::Address;
use super::private::keep_private;
use super::proxy::{Proxy, ProxyError};
use super::streams::Streams;
use crate::app::AppState;
use crate::application::registry::Application;
use crate::http::error::ApiError;
use crate::http::extract::client;
use crate::telemetry::chain;

/// What no application may say to a browser.
static ASSERTION: HeaderName = HeaderName::from_static(postern_assertion::HEADER);

/// An application that is proxied to.
#[derive(Clone)]
pub(crate) struct Proxied {
    /// The application.
    pub(crate) application: Arc<Application>,
    /// What it is told of where it is.
    pub(crate) address: Address,
    /// The connections to it.
    pub(crate) proxy: Proxy,
}

/// Answers a request for an application; `is_page` says whether a browser opens a page.
pub(crate) async fn serve(
    app: &AppState,
    proxied: &Proxied,
    streams: &Streams,
    is_page: bool,
    request: Request,
) -> Response {
    let application = &*proxied.application;
    let (parts, body) = request.into_parts();
    let client = client::address(&parts, app);
    let path = parts.uri.path();
    let visit = match admit(app, application, path, &parts.headers).await {
        Ok(visit) => visit,
        Err(refusal) => {
            let asked = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
            let by = (&parts.method, &parts.headers);
            return refused(refusal, application, by, asked);
        }
    };
    let stream = visit.as_ref().map(|visit| streams.open(visit.session_id));
    let request = Request::from_parts(parts, body);
    let tell = |headers: &mut _| {
        if let Some(visit) = &visit {
            visit.tell(headers);
        }
    };
    let passed = proxied
        .proxy
        .pass_on(request, &proxied.address, client, stream, tell)
        .await;
    match passed {
        Ok(mut response) => {
            response.headers_mut().remove(&ASSERTION);
            if visit.is_some() {
                keep_private(response.headers_mut(), is_page);
            }
            response
        }
        Err(ProxyError::Request) => ApiError::from(ErrorCode::BadRequest).into_response(),
        Err(ProxyError::Ended) => ApiError::from(ErrorCode::Unauthenticated).into_response(),
        Err(error) => {
            let upstream = application.upstream.as_ref().map(ToString::to_string);
            tracing::warn!(
                app = application.name,
                upstream,
                remedy = "start the application, or correct its UPSTREAM setting",
                "{}",
                chain(&error)
            );
            ApiError::from(ErrorCode::AppUnreachable).into_response()
        }
    }
}
