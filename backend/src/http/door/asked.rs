//! What a browser asked for, as far as it can be believed.

use std::net::IpAddr;

use axum::http::header::{HOST, HeaderName, HeaderValue, ORIGIN, UPGRADE};
use axum::http::{HeaderMap, Method, Uri};

use crate::http::extract::page_load::{FETCH_MODE, is_page_load};

// Ready to look for: as text, each look would read the name anew.
/// The host that a browser asked for, as a proxy says.
pub(crate) static FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static WEBSOCKET_KEY: HeaderName = HeaderName::from_static("sec-websocket-key");
static WEBSOCKET_VERSION: HeaderName = HeaderName::from_static("sec-websocket-version");

/// Returns the host that a request is for; `None` if it names none, or two.
///
/// A request in absolute form (RFC 9112 §3.2.2) says it twice: both must agree, since a program
/// before or behind us may believe the other one.
pub(crate) fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let named = single(headers, &HOST)?;
    match uri.authority() {
        Some(authority) if !authority.as_str().eq_ignore_ascii_case(named) => None,
        _ => Some(named),
    }
}

/// Returns the only value of a header; `None` if there is none, more than one, or it is no text.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Is this request a page load, so that a redirect leads somewhere? A fetch, an event stream or a
/// WebSocket would follow it, or fail without a word.
pub(crate) fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    if !matches!(*method, Method::GET | Method::HEAD) || is_websocket(headers) {
        return false;
    }
    is_page_load(headers)
}

/// Does this open a WebSocket? Proxies that ask about it leave `Upgrade` out, which concerns one
/// connection alone.
fn is_websocket(headers: &HeaderMap) -> bool {
    [&UPGRADE, &WEBSOCKET_KEY, &WEBSOCKET_VERSION]
        .iter()
        .any(|name| headers.contains_key(*name))
        || single(headers, &FETCH_MODE) == Some("websocket")
}

/// Does this open a WebSocket without a word on whose page it is? Every browser says that, so it is
/// none, or somebody has taken the word away.
pub(crate) fn is_websocket_of_unknown(headers: &HeaderMap) -> bool {
    let websocket = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"websocket");
    let is_websocket =
        headers.contains_key(&WEBSOCKET_KEY) || headers.get_all(UPGRADE).iter().any(websocket);
    is_websocket && !headers.contains_key(ORIGIN)
}

/// Does another site open this WebSocket? A browser sends its page's origin, and the cookies of its
/// user, whatever the page (cross-site WebSocket hijacking).
pub(crate) fn is_cross_site_upgrade(headers: &HeaderMap, own: &str) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    origins.any(|origin| origin != own) && is_websocket(headers)
}

/// Is the peer one of the proxies whose word counts?
pub(crate) fn is_trusted(peer: Option<IpAddr>, trusted: &[ipnet::IpNet]) -> bool {
    peer.is_some_and(|peer| {
        let peer = peer.to_canonical();
        trusted.iter().any(|network| network.contains(&peer))
    })
}

#[cfg(test)]
mod tests {
    use super::{host, is_cross_site_upgrade, is_navigation};
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let lines = lines.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, value);
        }
        headers
    }

    #[test]
    fn host_is_said_once_or_not_believed() {
        let asked = |uri: &'static str, lines: &[(&'static str, &'static str)]| {
            host(&Uri::from_static(uri), &headers(lines)).map(str::to_owned)
        };
        let app = Some("app.example.com".to_owned());
        assert_eq!(asked("/", &[("host", "app.example.com")]), app);
        assert_eq!(
            asked("http://App.example.com/", &[("host", "app.example.com")]),
            app
        );
        assert_eq!(
            asked("http://evil.example/", &[("host", "app.example.com")]),
            None
        );
        assert_eq!(asked("/", &[("host", "a"), ("host", "b")]), None);
        assert_eq!(asked("/", &[]), None);
    }

    #[test]
    fn only_a_page_load_is_sent_to_the_login() {
        let check = |method: Method, lines: &[(&'static str, &'static str)], expected: bool| {
            assert_eq!(
                is_navigation(&method, &headers(lines)),
                expected,
                "{lines:?}"
            );
        };
        check(Method::GET, &[("sec-fetch-mode", "navigate")], true);
        check(Method::GET, &[("accept", "text/html,*/*")], true);
        check(Method::POST, &[("sec-fetch-mode", "navigate")], false);
        check(
            Method::GET,
            &[("sec-fetch-mode", "cors"), ("accept", "text/html")],
            false,
        );
        check(
            Method::GET,
            &[("sec-fetch-mode", "websocket"), ("upgrade", "websocket")],
            false,
        );
        check(Method::GET, &[("accept", "text/event-stream")], false);
        check(
            Method::GET,
            &[
                ("accept", "text/html"),
                ("x-requested-with", "XMLHttpRequest"),
            ],
            false,
        );
        check(Method::GET, &[], false);
    }

    #[test]
    fn websocket_of_another_site_is_seen() {
        let own = "https://app.example.com";
        let check = |lines: &[(&'static str, &'static str)], expected: bool| {
            assert_eq!(
                is_cross_site_upgrade(&headers(lines), own),
                expected,
                "{lines:?}"
            );
        };
        check(
            &[
                ("upgrade", "websocket"),
                ("origin", "https://app.example.com"),
            ],
            false,
        );
        check(&[("upgrade", "websocket")], false);
        check(
            &[("upgrade", "websocket"), ("origin", "https://evil.example")],
            true,
        );
        check(&[("upgrade", "websocket"), ("origin", "null")], true);
        check(
            &[
                ("upgrade", "websocket"),
                ("origin", own),
                ("origin", "null"),
            ],
            true,
        );
        check(&[("sec-websocket-version", "13"), ("origin", "null")], true);
        check(&[("sec-fetch-mode", "websocket"), ("origin", "null")], true);
        check(&[("origin", "https://evil.example")], false);
    }
}
