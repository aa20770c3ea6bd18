//! An answer of the server or of the OP, and what tests want to know of it.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use serde_json::Value;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

/// Parameters that differ from run to run.
const RANDOM: [&str; 6] = [
    "ref",
    "state",
    "nonce",
    "code",
    "code_challenge",
    "id_token_hint",
];

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
    /// Origins and what a summary calls them.
    pub(crate) names: [(String, &'static str); 3],
}

impl Answer {
    /// Returns a header; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Returns the `Set-Cookie` lines.
    pub fn set_cookies(&self) -> Vec<&str> {
        self.headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .collect()
    }

    /// Returns the location of a redirect; empty for any other answer.
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// Returns a parameter of the location.
    pub fn param(&self, name: &str) -> Option<String> {
        param(self.location(), name)
    }

    /// Returns the body as JSON.
    ///
    /// # Panics
    /// It is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Returns the error's code: of a problem, or of a redirect to an error page; else empty.
    pub fn code(&self) -> String {
        let problem: Value = serde_json::from_str(&self.body).unwrap_or_default();
        match problem.get("code").and_then(Value::as_str) {
            Some(code) => code.to_owned(),
            None => self.param("error").unwrap_or_default(),
        }
    }

    /// Returns status, error code, where it leads and which cookies it sets, on one line and
    /// without what differs between two runs.
    pub fn summary(&self) -> String {
        let mut facts = vec![self.status.to_string()];
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        if let Some(code) = body.get("code").and_then(Value::as_str) {
            facts.push(format!("code: {code}"));
        }
        if let Some(redirect) = body.get("redirect").and_then(Value::as_str) {
            facts.push(format!("redirect: {}", self.masked(redirect)));
        }
        if !self.location().is_empty() {
            facts.push(format!("location: {}", self.masked(self.location())));
        }
        for line in self.set_cookies() {
            let name = without_port(line.split('=').next().unwrap_or_default());
            let name = match name.split_once("attempt_") {
                Some((head, _)) => format!("{head}attempt_…"),
                None => name,
            };
            let verb = if line.contains("Max-Age=0") {
                "clears"
            } else {
                "sets"
            };
            facts.push(format!("{verb}: {name}"));
        }
        facts.join(", ")
    }

    /// Gives origins their names, and hides what is random.
    fn masked(&self, url: &str) -> String {
        let mut url = url.to_owned();
        for (origin, name) in &self.names {
            let encoded: String = byte_serialize(origin.as_bytes()).collect();
            url = url.replace(origin, name).replace(&encoded, name);
        }
        let Some((path, query)) = url.split_once('?') else {
            return url;
        };
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if RANDOM.contains(&name) => format!("{name}=…"),
            _ => pair.to_owned(),
        });
        format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
    }
}

/// Returns a cookie's name without the port of its origin.
pub fn without_port(name: &str) -> String {
    let Some((head, rest)) = name.split_once("postern_") else {
        return name.to_owned();
    };
    let rest = match rest.split_once('_') {
        Some((port, rest)) if port.parse::<u16>().is_ok() => rest,
        _ => rest,
    };
    format!("{head}postern_{rest}")
}

/// Returns a parameter of a URL or of a path.
pub fn param(url: &str, name: &str) -> Option<String> {
    let base = Url::parse("http://localhost/").ok()?;
    let url = base.join(url).ok()?;
    url.query_pairs()
        .find(|(own, _)| own == name)
        .map(|(_, value)| value.into_owned())
}

/// Returns the URL with a parameter of another value, or without it.
///
/// # Panics
/// It is no URL.
pub fn with_param(url: &str, name: &str, value: Option<&str>) -> String {
    let mut changed = Url::parse(url).expect("a URL");
    let kept: Vec<(String, String)> = changed
        .query_pairs()
        .into_owned()
        .filter(|(own, _)| own != name)
        .collect();
    let added = value.map(|value| (name.to_owned(), value.to_owned()));
    changed
        .query_pairs_mut()
        .clear()
        .extend_pairs(kept.into_iter().chain(added));
    changed.into()
}

/// Encodes a form.
pub fn encode(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}
