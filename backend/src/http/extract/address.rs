//! Under which address a browser asks.

use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use std::net::SocketAddr;

use axum::extract::ConnectInfo;

use crate::app::AppState;

/// The most characters of a header that are logged.
const MAX_LOGGED: usize = 200;

/// Returns true if the request comes from a proxy of `POSTERN_TRUSTED_PROXIES`.
pub(crate) fn is_from_trusted_proxy(app: &AppState, extensions: &Extensions) -> bool {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    let trusted = &app.config.trusted_proxies;
    peer.is_some_and(|ConnectInfo(peer)| {
        let peer = peer.ip().to_canonical();
        trusted.iter().any(|network| network.contains(&peer))
    })
}

/// Returns true if the browser asks under another host, or by another scheme, than the public
/// origin. Without a trusted proxy that sends `X-Forwarded-Proto`, the scheme is not known.
pub(crate) fn is_wrong(app: &AppState, parts: &Parts) -> bool {
    let Some(own) = &app.config.public_url else {
        return false;
    };
    let is_trusted = is_from_trusted_proxy(app, &parts.extensions);
    let forwarded = |name| is_trusted.then(|| first(&parts.headers, name)).flatten();
    let host = forwarded("x-forwarded-host").or_else(|| first(&parts.headers, HOST.as_str()));
    let scheme = forwarded("x-forwarded-proto");
    let own_scheme = if own.is_https() { "https" } else { "http" };
    host.is_some_and(|host| !own.is_host(host))
        || scheme.is_some_and(|scheme| !scheme.eq_ignore_ascii_case(own_scheme))
}

/// Returns the first value of a header that proxies extend with commas.
fn first<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let line = headers.get(name)?.to_str().ok()?;
    line.split(',').next().map(str::trim)
}

/// Returns a header for the log; empty if there is none.
pub(crate) fn logged(headers: &HeaderMap, name: &str) -> String {
    shortened(headers.get(name).map_or(&[], |value| value.as_bytes()))
}

/// Returns what a client sent, as far as the log needs it.
pub(crate) fn shortened(sent: &[u8]) -> String {
    let text = String::from_utf8_lossy(sent);
    text.chars().take(MAX_LOGGED).collect()
}
