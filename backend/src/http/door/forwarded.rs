//! The headers of a request as its application gets them.

use std::net::IpAddr;

use axum::http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, HOST, HeaderMap, HeaderName,
    HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, SET_COOKIE, TE, TRANSFER_ENCODING,
    UPGRADE,
};

use crate::assertion::identity_headers::{self, FirstLetters, begins};
use crate::http::cookie::is_ours;
use crate::public_url::PublicUrl;

/// Headers that concern one connection alone (RFC 9110 §7.6.1), besides those that `Connection`
/// names.
static HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// What proxies say of where a request comes from and of what it asks for, besides `X-Forwarded-*`;
/// only what we say of it reaches an application. Of a public path, a client could otherwise say that
/// it is another one.
/// A CGI program takes `Proxy` for the proxy of its own requests.
const TOLD_BY_PROXIES: [&str; 15] = [
    "forwarded",
    "x-forwarded",
    "x-real-ip",
    "client-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "proxy",
    "x-host",
    "x-original-host",
    "x-original-method",
    "x-original-uri",
    "x-original-url",
    "x-rewrite-url",
];

/// What [`TOLD_BY_PROXIES`] and `X-Forwarded-*` begin with, and what tells who asks.
const TOLD: FirstLetters = FirstLetters::of(&TOLD_BY_PROXIES)
    .and(FirstLetters::of(&[FORWARDED]))
    .and(identity_headers::FIRST_LETTERS);

const FORWARDED: &str = "x-forwarded-";
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// What decides about a message before its body is read.
static HEADERS_ONLY: [HeaderName; 6] = [
    HOST,
    CONTENT_LENGTH,
    EXPECT,
    AUTHORIZATION,
    COOKIE,
    SET_COOKIE,
];

/// Returns the members of a header that is a list (RFC 9110 §5.6.1), over all its lines.
pub(crate) fn members(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|member| !member.is_empty())
}

/// Removes what concerns one connection alone.
///
/// `Connection` may name any header. Those that others add or remove on purpose are never removed
/// by it: a client could otherwise make an identity vanish that we add later, or one that a proxy
/// before us added (hop-by-hop tricks). We add ours afterwards, so that nothing is lost.
pub(crate) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    // Most have none: to look once at those that are there costs less than to look for each.
    if !headers.keys().any(|name| HOP_BY_HOP.contains(name)) {
        return;
    }
    let named: Vec<HeaderName> = members(headers, CONNECTION)
        .filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// Removes from the fields after a body what may stand only before it, and what only we say. Programs
/// merge them into the headers (RFC 9110 §6.5.1).
pub(crate) fn clean_trailers(trailers: &mut HeaderMap) {
    remove_hop_by_hop(trailers);
    for name in &HEADERS_ONLY {
        trailers.remove(name);
    }
    remove_told(trailers);
}

/// What an application is told of where it is, which is the same for every request.
#[derive(Debug, Clone)]
pub struct Address {
    authority: Option<HeaderValue>,
    scheme: HeaderValue,
    port: HeaderValue,
}

impl Address {
    /// Writes it for the application at this origin.
    #[must_use]
    pub fn of(public: &PublicUrl) -> Self {
        let scheme = if public.is_https() { "https" } else { "http" };
        Self {
            authority: HeaderValue::from_str(public.authority()).ok(),
            scheme: HeaderValue::from_static(scheme),
            port: public.port().into(),
        }
    }
}

/// Makes the headers of a request those that the application gets: without a word on who asks, and
/// with our own of where it comes from.
pub fn prepare(headers: &mut HeaderMap, own: &Address, client: Option<IpAddr>) {
    let wants_trailers = headers.get(TE).is_some_and(|te| te == "trailers");
    remove_hop_by_hop(headers);
    // Asked for anew if there is a body (`expectation.rs`).
    headers.remove(EXPECT);
    if wants_trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    remove_told(headers);
    remove_our_cookies(headers);
    let client = client.and_then(|address| HeaderValue::try_from(address.to_string()).ok());
    let ours = [
        (HOST, own.authority.clone()),
        (FORWARDED_HOST, own.authority.clone()),
        (FORWARDED_PROTO, Some(own.scheme.clone())),
        (FORWARDED_PORT, Some(own.port.clone())),
        (FORWARDED_FOR, client.clone()),
        (REAL_IP, client),
    ];
    headers.reserve(ours.len());
    for (name, value) in ours {
        if let Some(value) = value {
            headers.insert(name, value);
        }
    }
}

/// Removes what others may have said of a request and of who asks, in every spelling.
fn remove_told(headers: &mut HeaderMap) {
    let is_removed =
        |name: &&HeaderName| TOLD.begin(name) && (is_told(name) || identity_headers::tells(name));
    let told: Vec<HeaderName> = headers.keys().filter(is_removed).cloned().collect();
    for name in told {
        headers.remove(&name);
    }
}

fn is_told(name: &HeaderName) -> bool {
    let name = name.as_str();
    let is_whole = |told: &&str| told.len() == name.len() && begins(name, told);
    begins(name, FORWARDED) || TOLD_BY_PROXIES.iter().any(is_whole)
}

/// Takes our own cookies out of `Cookie`: an application that was broken into must not learn them.
fn remove_our_cookies(headers: &mut HeaderMap) {
    let mut kept = Vec::new();
    for line in headers.get_all(COOKIE) {
        let pairs = line.as_bytes().split(|&byte| byte == b';');
        let theirs = pairs
            .map(<[u8]>::trim_ascii)
            .filter(|pair| !pair.is_empty() && !is_ours(name_of(pair)));
        for pair in theirs {
            if !kept.is_empty() {
                kept.extend_from_slice(b"; ");
            }
            kept.extend_from_slice(pair);
        }
    }
    headers.remove(COOKIE);
    if kept.is_empty() {
        return;
    }
    if let Ok(line) = HeaderValue::try_from(kept) {
        headers.insert(COOKIE, line);
    }
}

/// Returns the name in a pair of `Cookie` or at the beginning of `Set-Cookie`.
pub(crate) fn name_of(pair: &[u8]) -> &[u8] {
    let end = pair.iter().position(|&byte| byte == b'=' || byte == b';');
    pair[..end.unwrap_or(pair.len())].trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::{Address, clean_trailers, prepare};
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(
                HeaderName::from_bytes(name.as_bytes()).expect("a name"),
                HeaderValue::from_bytes(value.as_bytes()).expect("a value"),
            );
        }
        headers
    }

    fn prepared(lines: &[(&str, &str)]) -> Vec<String> {
        let mut headers = headers(lines);
        let public = "https://app.example.com".parse().expect("an origin");
        prepare(
            &mut headers,
            &Address::of(&public),
            Some("192.0.2.7".parse().expect("an address")),
        );
        let mut lines: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        lines.sort();
        lines
    }

    const OURS: [&str; 6] = [
        "host: app.example.com",
        "x-forwarded-for: 192.0.2.7",
        "x-forwarded-host: app.example.com",
        "x-forwarded-port: 443",
        "x-forwarded-proto: https",
        "x-real-ip: 192.0.2.7",
    ];

    #[test]
    fn what_a_client_says_of_itself_does_not_arrive() {
        let lines = prepared(&[
            ("Host", "evil.example"),
            ("X-Forwarded-For", "127.0.0.1"),
            ("X_Forwarded_For", "127.0.0.1"),
            ("X.Forwarded.For", "127.0.0.1"),
            ("X-Forwarded-Proto", "http"),
            ("X-Forwarded-Uri", "/"),
            ("X-Forwarded-User", "admin"),
            ("Forwarded", "for=127.0.0.1"),
            ("X-Real-IP", "127.0.0.1"),
            ("X_Real_IP", "127.0.0.1"),
            ("X-Client.IP", "127.0.0.1"),
            ("Client-IP", "127.0.0.1"),
            ("True-Client-IP", "127.0.0.1"),
            ("X-Original-URL", "/admin"),
            ("X_Rewrite_URL", "/admin"),
            ("X-Original-Method", "GET"),
            ("X-Host", "evil.example"),
            ("Proxy", "http://evil.example"),
            ("Remote-User", "admin"),
            ("remote_user", "admin"),
            ("Postern-Assertion", "forged"),
            ("Proxy-Authorization", "Basic eA=="),
            ("Keep-Alive", "timeout=5"),
            ("Connection", "keep-alive, X-Secret"),
            ("X-Secret", "1"),
            ("Expect", "100-continue"),
        ]);
        assert_eq!(lines, OURS);
    }

    #[test]
    fn connection_cannot_name_what_we_say() {
        let lines = prepared(&[("Connection", "Host, X-Forwarded-For, Remote-User, close")]);
        assert_eq!(lines, OURS);
    }

    #[test]
    fn cookies_of_the_application_arrive_and_ours_do_not() {
        let lines = prepared(&[
            ("Cookie", "a=1; __Host-postern_session=t; b=\u{fc}"),
            (
                "Cookie",
                "postern_session=t;postern_attempt_x=1; postern_theme=dark; c",
            ),
        ]);
        assert!(
            lines.contains(&"cookie: a=1; b=\u{fc}; c".to_owned()),
            "{lines:?}"
        );
        let lines = prepared(&[("Cookie", "__Host-postern_session=t")]);
        assert_eq!(lines, OURS);
    }

    #[test]
    fn trailers_say_nothing_that_only_headers_may() {
        let mut trailers = headers(&[
            ("Checksum", "1"),
            ("Remote-User", "admin"),
            ("X_Forwarded_For", "127.0.0.1"),
            ("Content-Length", "1"),
            ("Cookie", "a=1"),
            ("Transfer-Encoding", "chunked"),
        ]);
        clean_trailers(&mut trailers);
        assert_eq!(trailers.keys().collect::<Vec<_>>(), ["checksum"]);
    }
}
