//! The keys by which applications check assertions.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::app::AppState;
use crate::assertion::key_ring::KeyRing;
use crate::assertion::signing_key::Jwk;
use crate::http::error::ApiResult;

/// A JWK Set (RFC 7517 §5).
#[derive(Serialize)]
struct Jwks {
    keys: Vec<Jwk>,
}

/// Shows the public keys. They may be kept for an hour: a key is published a day before it signs.
///
/// # Errors
/// `unavailable`.
pub(crate) async fn show(State(app): State<AppState>) -> ApiResult<Response> {
    let keys = KeyRing::published(&app.store, app.clock.now()).await?;
    let mut response = Json(Jwks { keys }).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=3600"),
    );
    Ok(response)
}
