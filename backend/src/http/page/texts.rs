//! The pages' words: which language a browser gets, and its table for the app.

use std::collections::HashMap;
use std::sync::LazyLock;

use ::cookie::{Cookie, SameSite};
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use shared::api::ShowTexts;
use shared::endpoint::Endpoint as _;
use shared::error::ErrorCode;
use shared::routes::Section;
use shared::text::Language;

use crate::http::error::ApiError;
use crate::http::extract::language::{COOKIE, language};
use crate::http::page::assets::{FOR_EVER, compressed_texts};
use crate::http::page::encoding::accepts_encoding;

/// A table, ready to send.
struct Table {
    plain: Bytes,
    /// Compressed by the build of the page; `None` in a build without it.
    brotli: Option<Bytes>,
    /// Changes when the words change.
    version: String,
    /// The language's tag.
    tag: &'static str,
}

/// All tables.
static TABLES: LazyLock<HashMap<(&str, &str), Table>> = LazyLock::new(|| {
    let mut tables = HashMap::new();
    for section in Section::WITH_TEXTS {
        for language in Language::all() {
            let plain = language.table(section);
            let version = version(plain.as_bytes());
            let table = Table {
                brotli: compressed_texts(&version),
                version,
                plain: plain.into(),
                tag: language.tag(),
            };
            tables.insert((name(section), language.code()), table);
        }
    }
    tables
});

/// Returns the section's name in paths.
fn name(section: Section) -> &'static str {
    match section {
        Section::Login => "login",
        Section::Entry => "entry",
        Section::Inside | Section::Admin => "inside",
    }
}

fn version(bytes: &[u8]) -> String {
    format!("{:.10x}", Sha256::digest(bytes))
}

/// Returns the cookie that stores a choice, for a year.
pub(crate) fn remember(language: Language) -> Option<HeaderValue> {
    let cookie = Cookie::build((COOKIE, language.code()))
        .path("/")
        .max_age(time::Duration::days(365))
        .same_site(SameSite::Lax);
    HeaderValue::try_from(cookie.to_string()).ok()
}

/// Returns the URL of the table for the app. It includes the version, so that browsers may keep it.
pub(crate) fn url(section: Section, language: Language) -> String {
    let (section, language) = (name(section), language.code());
    let version = TABLES
        .get(&(section, language))
        .map_or("", |table| &table.version);
    let [section, language] = [section, language].map(str::to_owned);
    let path = ShowTexts { section, language }.path();
    format!("{path}?v={version}")
}

/// Answers with the table in the language that the browser asks for. Pages served by `trunk serve`
/// use it: they know no language.
pub(crate) async fn negotiated(Path(section): Path<String>, headers: HeaderMap) -> Response {
    let language = language(&headers);
    let mut response = table(&section, language.code(), &headers, None);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Answers with one language's table.
pub(crate) async fn show(
    Path((section, language)): Path<(String, String)>,
    Query(Asked { v }): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    table(&section, &language, &headers, v.as_deref())
}

/// The table's query.
#[derive(Deserialize)]
pub(crate) struct Asked {
    v: Option<String>,
}

/// The app finds texts by their position. The table of another version would put the wrong words
/// everywhere, so it is refused.
fn table(section: &str, language: &str, headers: &HeaderMap, version: Option<&str>) -> Response {
    let found = TABLES
        .get(&(section, language))
        .filter(|table| version.is_none_or(|version| version == table.version));
    let Some(table) = found else {
        return ApiError::from(ErrorCode::NotFound).into_response();
    };
    let brotli = table.brotli.as_ref();
    let brotli = brotli.filter(|_| accepts_encoding(headers, "br"));
    let mut response = brotli.unwrap_or(&table.plain).clone().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, "text/plain; charset=utf-8");
    set(header::VARY, "accept-encoding");
    if brotli.is_some() {
        set(header::CONTENT_ENCODING, "br");
    }
    set(header::CONTENT_LANGUAGE, table.tag);
    response
}
