//! The page's files: the built frontend inside the binary, precompressed and immutable under hashed
//! names, and the administrator's images.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read as _;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use rust_embed::RustEmbed;

use crate::brand::{Brand, Kind};
use crate::http::page::encoding::accepts_encoding;

/// Lets browsers keep a file whose name contains its hash.
pub(crate) const FOR_EVER: HeaderValue =
    HeaderValue::from_static("public, max-age=31536000, immutable");

/// The release build of the frontend; empty in a build without it, where `trunk serve` has the
/// page. Assets are in it compressed alone, since every browser takes that.
#[derive(RustEmbed)]
#[folder = "page"]
#[include = "*.html"]
#[include = "assets/*.br"]
#[include = "assets/*.gz"]
#[include = "texts/*.br"]
#[allow_missing = true]
struct Files;

/// The assets that somebody has asked for uncompressed. There are no more than assets.
static PLAIN: LazyLock<Mutex<HashMap<String, Bytes>>> = LazyLock::new(Mutex::default);

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
    let Some(gzip) = compressed(name, "gz") else {
        return (StatusCode::NOT_FOUND, "not found\n").into_response();
    };
    let brotli = compressed(name, "br").filter(|_| accepts_encoding(headers, "br"));
    let (encoding, body) = if let Some(brotli) = brotli {
        (Some("br"), brotli)
    } else if accepts_encoding(headers, "gzip") {
        (Some("gzip"), gzip)
    } else if let Ok(plain) = plain(name, &gzip) {
        (None, plain)
    } else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = Body::from(body).into_response();
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

/// Returns an asset as the build has compressed it.
fn compressed(name: &str, ending: &str) -> Option<Bytes> {
    embedded(&format!("assets/{name}.{ending}"))
}

/// Returns a table of texts as the build has compressed it with brotli.
pub(crate) fn compressed_texts(version: &str) -> Option<Bytes> {
    embedded(&format!("texts/{version}.br"))
}

fn embedded(path: &str) -> Option<Bytes> {
    let file = Files::get(path)?;
    Some(match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    })
}

/// Returns an asset as it was before it was compressed.
fn plain(name: &str, gzip: &[u8]) -> std::io::Result<Bytes> {
    let mut known = PLAIN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(name) {
        return Ok(known.clone());
    }
    let mut content = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut content)?;
    let content = Bytes::from(content);
    known.insert(name.to_owned(), content.clone());
    Ok(content)
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
