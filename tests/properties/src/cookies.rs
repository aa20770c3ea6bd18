//! The `Cookie` headers: read without a guess, and nothing opens but what was sealed under its name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use postern::http::cookie::{CookieStyle, all, single};
use postern::keys::Keys;
use postern::login::attempt::LoginAttempt;
use postern::sealed::open;
use postern::session::SessionToken;
use secrecy::SecretSlice;
use serde_json::Value;

/// The keys of a server.
static KEYS: LazyLock<Keys> =
    LazyLock::new(|| Keys::derive(&SecretSlice::from(b"a secret of the properties".to_vec())));

/// A login attempt that was sealed under that name once.
const ATTEMPT: (&str, &str) = (
    "__Host-postern_attempt_0123456789abcdef",
    concat!(
        "oIrTN/CXbD5WSRDa1siBtUFbNHvKOlxwNtxLpHDOg74mKNeMgcKDlorEyNn4x2t3c9OWdnm9Z+pt7qSzFmF+cgiz",
        "hlqFotboci1Ia4m93oxm6Zmz5n8ysTQECxQsbEuy8n8Xs89iUBRoPSJfCPM52w4kjF4YhIbDXKqYjtIWEqnF7yAS",
        "vsRsy7AwDm+/G8F2ivNepxDBtMSpmUEKfEAXgEjJBATLJRVohslRIvi8jOYMm4giBTDIla9piVrxOHoEig==",
    ),
);
/// A pending link, likewise.
const LINK: (&str, &str) = (
    "__Host-postern_link",
    "2G2TFkKopQDtbUMAn2ieTKLL336i6krsoK4co8r92KiQYP0J0u5If0mCFN5AgjI=",
);

/// The input is the headers' values, one a line. See [`crate::Property::check`].
pub(crate) fn check(data: &[u8]) -> bool {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').take(100) {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(COOKIE, value);
        }
    }
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut opened = false;
    for (name, value) in all(&headers) {
        assert!(!name.contains([';', '=']) && !value.contains(';'));
        found.entry(name).or_default().push(value);
        opened |= assert_opens_rightly(name, value);
    }
    for (name, values) in &found {
        let alone = (values.len() == 1 && times(data, name) == 1).then_some(values[0]);
        assert_eq!(single(&headers, name), alone, "{name:?} in {values:?}");
    }
    assert_names_keep_apart();
    opened | assert_session_is_one(&headers)
}

/// Returns how often the name appears in the headers, with values of any bytes.
fn times(data: &[u8], name: &str) -> usize {
    let lines = data.split(|byte| *byte == b'\n').take(100);
    let lines = lines.filter(|line| HeaderValue::from_bytes(line).is_ok());
    let pairs = lines.flat_map(|line| line.split(|byte| *byte == b';'));
    let start = format!("{name}=");
    let is_named = |pair: &&[u8]| pair.trim_ascii().starts_with(start.as_bytes());
    pairs.filter(is_named).count()
}

/// Returns true if the value opens as anything; fails if it must not.
fn assert_opens_rightly(name: &str, value: &str) -> bool {
    let as_attempt = open::<LoginAttempt>([KEYS.attempt.key()], name, value).is_some();
    let as_link = open::<Value>([KEYS.link.key()], name, value).is_some();
    assert_eq!(as_attempt, (name, value) == ATTEMPT, "{name}={value}");
    assert_eq!(as_link, (name, value) == LINK, "{name}={value}");
    // Under the other's key, or as anything else.
    assert_eq!(
        open::<Value>([KEYS.attempt.key()], name, value).is_some(),
        as_attempt
    );
    as_attempt || as_link
}

/// Returns true if there is a session token; fails if it could be written in two ways.
fn assert_session_is_one(headers: &HeaderMap) -> bool {
    let value = single(headers, &CookieStyle::new(true, None).session());
    let token = value.and_then(SessionToken::parse);
    let shown = token.as_ref().map(SessionToken::reveal);
    assert!(shown.is_none() || shown.as_deref() == value);
    shown.is_some()
}

/// Fails if the names here are not those of the server.
fn assert_names_keep_apart() {
    let style = CookieStyle::new(true, None);
    assert_eq!(style.attempt("0123456789abcdef"), ATTEMPT.0);
    assert_eq!(style.link(), LINK.0);
}
