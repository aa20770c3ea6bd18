//! Request bodies: JSON, or a plain form for browsers without the wasm. What is no such body is a
//! problem of ours, not the framework's.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use shared::error::ErrorCode;

use crate::app::AppState;
use crate::http::error::{ApiError, ApiResult};
use oidc::answer::media_type;

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

/// A body that is JSON, or a plain form which wants a redirect for an answer.
pub(crate) struct JsonOrForm<T> {
    pub(crate) body: T,
    pub(crate) is_form: bool,
}

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> ApiResult<Self> {
        if media_type(request.headers()) != "application/json" {
            return Err(ErrorCode::JsonRequired.into());
        }
        Ok(Self(parse_json(&bytes(request, app).await?)?))
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for JsonOrForm<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> ApiResult<Self> {
        let is_form = match media_type(request.headers()).as_str() {
            "application/json" => false,
            "application/x-www-form-urlencoded" => true,
            _ => return Err(ErrorCode::JsonRequired.into()),
        };
        let bytes = bytes(request, app).await?;
        let body = if is_form {
            parse_form(&bytes)?
        } else {
            parse_json(&bytes)?
        };
        Ok(Self { body, is_form })
    }
}

/// Is the body a plain form?
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

fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    serde_json::from_slice(bytes).map_err(|_| ErrorCode::BadRequest.into())
}

/// Parses a form of single text fields; a field that is there twice is refused.
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
