//! Request bodies: JSON, or a plain form for browsers without wasm. A body that is neither gets our
//! own problem details, not the framework's.

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use shared::error::ErrorCode;

use crate::app::AppState;
use crate::http::error::ApiResult;
use oidc::answer::media_type;

/// Reads a body that is JSON, or a plain form. The request needs no headers of its own.
///
/// # Errors
/// `json_required` for another body, `too_large`, `bad_request`.
pub(crate) async fn read<T: DeserializeOwned>(
    request: Request,
    headers: &HeaderMap,
    app: &AppState,
    is_form: bool,
) -> ApiResult<T> {
    if !is_form && media_type(headers) != "application/json" {
        return Err(ErrorCode::JsonRequired.into());
    }
    let bytes = bytes(request, app).await?;
    if is_form {
        parse_form(&bytes)
    } else {
        parse_json(&bytes)
    }
}

/// Returns true if the body is a plain form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    media_type(headers) == "application/x-www-form-urlencoded"
}

async fn bytes(request: Request, app: &AppState) -> ApiResult<Bytes> {
    Bytes::from_request(request, app)
        .await
        .map_err(|rejection| match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge.into(),
            _ => ErrorCode::BadRequest.into(),
        })
}

/// Parses JSON.
pub(crate) fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    // serde would take an array for a struct, field by field.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(ErrorCode::BadRequest.into());
    }
    serde_json::from_slice(bytes).map_err(|_| ErrorCode::BadRequest.into())
}

/// Parses a form of single text fields; a field that appears twice is refused.
fn parse_form<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    let mut fields = serde_json::Map::new();
    for (name, value) in form_urlencoded::parse(bytes) {
        if fields
            .insert(name.into_owned(), value.into_owned().into())
            .is_some()
        {
            return Err(ErrorCode::BadRequest.into());
        }
    }
    serde_json::from_value(fields.into()).map_err(|_| ErrorCode::BadRequest.into())
}
