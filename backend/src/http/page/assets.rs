//! The page's files: the built frontend inside the binary, precompressed and immutable under hashed
//! names, and the administrator's images.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::brand::{Brand, Kind};
use crate::http::page::encoding::accepts_encoding;

/// Lets browsers keep a file whose name contains its hash.
pub(crate) const FOR_EVER: HeaderValue =
    HeaderValue::from_static("public, max-age=31536000, immutable");

/// The release build of the frontend; empty in a build without it, where `trunk serve` has the
/// page.
#[derive(RustEmbed)]
#[folder = "page"]
#[allow_missing = true]
struct Files;

/// Returns a document of the frontend; `None` in a build without it.
pub(crate) fn document(name: &str) -> Option<String> {
    Files::get(name).map(|file| String::from_utf8_lossy(&file.data).into_owned())
}

/// Returns true if this binary has no page.
pub(crate) fn is_missing() -> bool {
    Files::get("index.html").is_none()
}

/// Returns a file of the page, compressed as the browser prefers.
pub(crate) fn asset(name: &str, headers: &HeaderMap) -> Response {
    let path = format!("assets/{name}");
    let is_plain = !name.ends_with(".br") && !name.ends_with(".gz");
    let Some(plain) = Files::get(&path).filter(|_| is_plain) else {
        return (StatusCode::NOT_FOUND, "not found\n").into_response();
    };
    let encoded = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .find_map(|(encoding, suffix)| {
            let is_accepted = accepts_encoding(headers, encoding);
            Some((
                encoding,
                Files::get(&format!("{path}.{suffix}")).filter(|_| is_accepted)?,
            ))
        });
    let (encoding, data) = match encoded {
        Some((encoding, file)) => (Some(encoding), file.data),
        None => (None, plain.data),
    };
    let body = match data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    if let Ok(mime) = HeaderValue::from_str(&with_charset(mime.essence_str())) {
        headers.insert(header::CONTENT_TYPE, mime);
    }
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    response
}

/// Returns an image that the administrator configured.
pub(crate) fn brand_image(brand: &Brand, path: &str) -> Response {
    let Some(image) = brand.image_at(path) else {
        return (StatusCode::NOT_FOUND, "not found\n").into_response();
    };
    let mut response = Bytes::from_owner(Arc::clone(&image.bytes)).into_response();
    let headers = response.headers_mut();
    let mime = HeaderValue::from_static(image.kind.media_type());
    headers.insert(header::CONTENT_TYPE, mime);
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    if image.kind == Kind::Svg {
        // Opened directly, it is a document of this origin: it may draw, and nothing more.
        let csp = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(csp),
        );
    }
    response
}

/// Adds the charset to a text's media type.
fn with_charset(mime: &str) -> String {
    if mime.starts_with("text/") {
        format!("{mime}; charset=utf-8")
    } else {
        mime.to_owned()
    }
}
