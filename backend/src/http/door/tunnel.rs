//! Connections that switch to another protocol (RFC 9110 §7.8): a WebSocket, or what else an
//! application speaks.

use axum::http::HeaderMap;
use axum::http::header::{CONNECTION, HeaderValue, UPGRADE};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional_with_sizes;

use super::forwarded::members;
use super::streams::{self, Stream};

/// Bytes for each direction of a tunnel. There may be thousands of them, and most are idle.
const BUFFER: usize = 4 * 1024;

/// Protocols in which the client could send further requests, without a word of ours in them.
const OF_REQUESTS: [&str; 5] = ["h2c", "h2", "h3", "http", "tls"];

/// Returns which protocol the headers ask for or agree to; `None` if it is none, several, or one that
/// cannot pass.
pub(crate) fn protocol(headers: &HeaderMap) -> Option<HeaderValue> {
    let asks = members(headers, CONNECTION).any(|name| name.eq_ignore_ascii_case("upgrade"));
    let mut lines = headers.get_all(UPGRADE).iter();
    let protocol = lines.next().filter(|_| asks)?;
    let name = protocol.to_str().ok()?.split('/').next()?.trim();
    let passes = !name.is_empty()
        && !protocol.as_bytes().contains(&b',')
        && !OF_REQUESTS.iter().any(|own| name.eq_ignore_ascii_case(own));
    (passes && lines.next().is_none()).then(|| protocol.clone())
}

/// Says that this connection shall switch, or switches.
pub(crate) fn ask_to_switch(headers: &mut HeaderMap, protocol: HeaderValue) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, protocol);
}

/// Carries whatever the two sides say to each other, until both have ended, or the login has.
pub(crate) async fn carry(client: OnUpgrade, upstream: OnUpgrade, login: Option<Stream>) {
    let Ok((client, upstream)) = tokio::try_join!(client, upstream) else {
        return;
    };
    let (mut client, mut upstream) = (TokioIo::new(client), TokioIo::new(upstream));
    tokio::select! {
        // Either side may go away at any time: that is no fault.
        _ = copy_bidirectional_with_sizes(&mut client, &mut upstream, BUFFER, BUFFER) => {}
        () = streams::ended(login.as_ref()) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::protocol;
    use axum::http::{HeaderMap, HeaderValue};

    fn passes(connection: &'static str, upgrade: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("connection", HeaderValue::from_static(connection));
        for line in upgrade {
            headers.append("upgrade", HeaderValue::from_static(line));
        }
        protocol(&headers).is_some()
    }

    #[test]
    fn protocol_is_switched_only_if_connection_says_so() {
        assert!(passes("keep-alive, Upgrade", &["websocket"]));
        assert!(!passes("keep-alive", &["websocket"]));
        assert!(!passes("upgrade", &[]));
        assert!(!passes("upgrade", &[""]));
    }

    #[test]
    fn protocol_of_further_requests_does_not_pass() {
        for name in ["h2c", "H2C", "h2", "HTTP/2.0", "http/1.1", "TLS/1.0", "tls"] {
            assert!(!passes("upgrade", &[name]), "{name}");
        }
        assert!(!passes("upgrade", &["websocket, h2c"]));
        assert!(!passes("upgrade", &["websocket", "h2c"]));
        assert!(passes("upgrade", &["SPDY/3.1"]));
    }
}
