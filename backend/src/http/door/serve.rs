//! Answers a request for an application that is proxied to.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::uri::PathAndQuery;
use axum::response::{IntoResponse, Response};
use shared::error::ErrorCode;

use super::admit::{Admission, admit};
use super::challenge::{challenge, cross_site};
use super::private::keep_out_of_shared_caches;
use super::proxy::{Proxy, ProxyError};
use super::streams::Streams;
use crate::app::AppState;
use crate::application::registry::Application;
use crate::http::error::ApiError;
use crate::http::extract::client::ClientInfo;
use crate::http::page::refusal::refuse;
use crate::telemetry::chain;

/// An application that is proxied to.
#[derive(Clone)]
pub(crate) struct Proxied {
    /// The application.
    pub(crate) application: Arc<Application>,
    /// The connections to it.
    pub(crate) proxy: Proxy,
}

/// Answers a request for an application.
pub(crate) async fn serve(
    app: AppState,
    proxied: &Proxied,
    streams: &Streams,
    request: Request,
) -> Response {
    let application = &*proxied.application;
    let (mut parts, body) = request.into_parts();
    let Ok(client) = ClientInfo::from_request_parts(&mut parts, &app).await;
    let path = parts.uri.path();
    let admission = match admit(&app, application, path, &parts.headers).await {
        Ok(admission) => admission,
        Err(error) => {
            tracing::error!("cannot decide on a request: {}", chain(&error));
            return ApiError::from(ErrorCode::Unavailable).into_response();
        }
    };
    let visit = match admission {
        Admission::As(visit) => Some(visit),
        Admission::Public => None,
        Admission::LoggedOut => {
            let asked = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
            return challenge(application, (&parts.method, &parts.headers), asked);
        }
        Admission::Forbidden(account) => return refuse(application, &account),
        Admission::CrossSite => return cross_site(application, &parts.headers),
    };
    let stream = visit.as_ref().map(|visit| streams.open(visit.session_id));
    let request = Request::from_parts(parts, body);
    let tell = |headers: &mut _| {
        if let Some(visit) = &visit {
            visit.tell(application, headers);
        }
    };
    let passed = proxied
        .proxy
        .pass_on(request, &application.url, client.address, stream, tell)
        .await;
    match passed {
        Ok(mut response) => {
            response.headers_mut().remove(postern_assertion::HEADER);
            if visit.is_some() {
                keep_out_of_shared_caches(response.headers_mut());
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
