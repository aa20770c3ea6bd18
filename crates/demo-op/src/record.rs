//! Records every request except those to `/demo/`, for assertions.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::request::{Request, pairs};
use crate::world::App;

/// The most bytes of a body; no honest request comes near.
const BODY_LIMIT: usize = 1 << 20;

/// Reads the whole request, keeps a copy, and passes it to the handler as an extension.
pub(crate) async fn record(
    State(app): State<App>,
    request: axum::extract::Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: BTreeMap<_, _> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect();
    let is_form = headers
        .get("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let seen = Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: pairs(parts.uri.query().unwrap_or_default().as_bytes()),
        headers,
        form: if is_form { pairs(&body) } else { Vec::new() },
    };
    if !seen.path.starts_with("/demo/") {
        app.world().remember(seen.clone());
    }
    parts.extensions.insert(seen);
    next.run(axum::extract::Request::from_parts(parts, Body::from(body)))
        .await
}
