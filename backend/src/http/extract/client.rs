//! Where a request comes from, as the trusted proxies tell it.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::{HeaderName, USER_AGENT};
use axum::http::request::Parts;

use crate::app::AppState;
use crate::audit::Actor;
use crate::http::reference;
use crate::session::Client;
use clock::Timestamp;

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Where the request comes from, as the trusted proxies tell it.
#[derive(Debug, Clone)]
pub(crate) struct ClientInfo {
    /// The client's address.
    pub(crate) address: Option<IpAddr>,
    /// The address of whoever connected: the client, or the last proxy.
    pub(crate) peer: Option<IpAddr>,
    user_agent: Option<String>,
}

impl ClientInfo {
    /// Returns the address for an audit entry of somebody who is not known to be an account.
    pub(crate) fn by(&self, now: Timestamp) -> Actor {
        Actor {
            at: now,
            actor: None,
            address: self.address,
            reference: Some(reference::current()).filter(|reference| !reference.is_empty()),
            operator: None,
        }
    }

    /// Returns it for a session's record.
    pub(crate) fn client(&self) -> Client {
        Client {
            user_agent: self.user_agent.clone(),
            address: self.address.map(|address| address.to_string()),
        }
    }
}

impl FromRequestParts<AppState> for ClientInfo {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        let agent = parts.headers.get(USER_AGENT);
        // Some browsers write their names outside of ASCII.
        let agent = agent.map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
        Ok(Self {
            address: address(parts, app),
            peer: peer(parts),
            user_agent: agent,
        })
    }
}

/// Returns the client's address, as the trusted proxies tell it.
pub(crate) fn address(parts: &Parts, app: &AppState) -> Option<IpAddr> {
    let peer = peer(parts)?;
    let trusted = &app.config.trusted_proxies;
    warn_of_untrusted_proxy(peer, &parts.headers, trusted);
    Some(client_address(peer, &parts.headers, trusted))
}

/// Returns the address of whoever connected.
fn peer(parts: &Parts) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map(|info| info.0.ip())
}

/// Logs once that a proxy seems to be in front of the server that is not configured as trusted:
/// everybody then shares one address, and one rate limit.
fn warn_of_untrusted_proxy(peer: IpAddr, headers: &HeaderMap, trusted: &[ipnet::IpNet]) {
    static ONCE: Once = Once::new();
    let peer = peer.to_canonical();
    let is_trusted = trusted.iter().any(|network| network.contains(&peer));
    if !is_trusted && headers.contains_key(&FORWARDED_FOR) {
        ONCE.call_once(|| {
            tracing::warn!(
                "X-Forwarded-For came from {peer}, which POSTERN_TRUSTED_PROXIES does not name: if \
                 that is your proxy, everybody behind it counts as one"
            );
        });
    }
}

/// Walks `X-Forwarded-For` from the right as long as the hops are trusted. What is left of the
/// first untrusted hop may be forged.
pub(crate) fn client_address(
    peer: IpAddr,
    headers: &HeaderMap,
    trusted: &[ipnet::IpNet],
) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    let mut address = peer.to_canonical();
    let lines = headers.get_all(&FORWARDED_FOR).into_iter();
    let lines = lines.rev().filter_map(|line| line.to_str().ok());
    for hop in lines.flat_map(|line| line.rsplit(',')) {
        if !is_trusted(address) {
            break;
        }
        let hop = hop.trim();
        let parsed = hop.parse::<IpAddr>().ok();
        // Some proxies add the port.
        let parsed = parsed.or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
        let Some(next) = parsed else { break };
        address = next.to_canonical();
    }
    address
}

#[cfg(test)]
mod tests {
    use crate::http::extract::client::client_address;
    use axum::http::{HeaderMap, HeaderValue};

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = ["10.0.0.0/8".parse().expect("a network")];
        let check = |peer: &str, forwarded: &[&'static str], expected: &str| {
            let mut headers = HeaderMap::new();
            for line in forwarded {
                headers.append("x-forwarded-for", HeaderValue::from_static(line));
            }
            let address = client_address(peer.parse().expect("an address"), &headers, &trusted);
            assert_eq!(address.to_string(), expected, "{peer} {forwarded:?}");
        };
        check("192.0.2.1", &["198.51.100.7"], "192.0.2.1");
        check("10.0.0.1", &["198.51.100.7"], "198.51.100.7");
        check(
            "10.0.0.1",
            &["203.0.113.9, 198.51.100.7, 10.0.0.2"],
            "198.51.100.7",
        );
        check("10.0.0.1", &["203.0.113.9", "198.51.100.7"], "198.51.100.7");
        check("10.0.0.1", &["198.51.100.7:4711"], "198.51.100.7");
        check("10.0.0.1", &["nonsense"], "10.0.0.1");
        check("10.0.0.1", &[], "10.0.0.1");
        check("::ffff:10.0.0.1", &["2001:db8::1"], "2001:db8::1");
    }
}
