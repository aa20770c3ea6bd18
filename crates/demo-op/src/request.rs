//! A request as the OP sees it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

/// A request as it came in.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Request {
    /// `GET`, `POST`, ….
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query's parameters in their order, decoded.
    pub query: Vec<(String, String)>,
    /// All headers by their lower-case names; of repeated ones the last.
    pub headers: BTreeMap<String, String>,
    /// The fields of a form body in their order, decoded; empty for other bodies.
    pub form: Vec<(String, String)>,
}

impl Request {
    /// Returns a parameter of the form, else of the query; of repeated ones the last.
    pub fn param(&self, name: &str) -> Option<&str> {
        last(&self.form, name).or_else(|| last(&self.query, name))
    }

    /// Returns all values of a parameter, those of the query first.
    pub fn params(&self, name: &str) -> Vec<&str> {
        let all = self.query.iter().chain(&self.form);
        all.filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// Returns a header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Returns the credentials of HTTP Basic as they came, not percent-decoded.
    pub fn basic(&self) -> Option<(String, String)> {
        let (scheme, credentials) = self.header("authorization")?.split_once(' ')?;
        let bytes = STANDARD.decode(credentials.trim()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (id, secret) = text.split_once(':')?;
        scheme
            .eq_ignore_ascii_case("basic")
            .then(|| (id.to_owned(), secret.to_owned()))
    }

    /// Returns the bearer token of the header or the form.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let header = self
            .header("authorization")
            .and_then(|value| value.split_once(' '));
        match header {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim()),
            _ => self.param("access_token"),
        }
    }

    /// Returns the value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self
            .header("cookie")?
            .split(';')
            .filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(key, value)| (key.trim(), value))
            .find(|(key, _)| *key == name)
            .map(|p| p.1)
    }

    /// Returns the origin that the browser or RP used: Authentik names itself after it.
    pub(crate) fn origin(&self) -> String {
        let scheme = match self.header("x-forwarded-proto") {
            Some("https") => "https",
            _ => "http",
        };
        let host = self.header("host").unwrap_or("127.0.0.1");
        format!("{scheme}://{host}")
    }
}

/// Returns the last value of a name.
fn last<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .rev()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// Decodes a query or a form.
pub(crate) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}
