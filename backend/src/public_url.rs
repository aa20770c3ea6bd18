//! Postern's public origin, and that of an application.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Postern's public origin, which people type into their browser.
///
/// What requests ask of it again and again is written once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    https: bool,
    host: Host,
    port: u16,
    /// The host name or the address, an IPv6 address in brackets.
    name: Box<str>,
    origin: Box<str>,
    authority: Box<str>,
    cookies: Box<str>,
}

impl PublicUrl {
    /// Returns the origin of a URL; `None` if it is not http or https.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (host, port) = (url.host()?.to_owned(), url.port_or_known_default()?);
        let name = host.to_string();
        let own_port = own_port(https, port);
        let authority = own_port.map_or_else(|| name.clone(), |port| format!("{name}:{port}"));
        Some(Self {
            https,
            host,
            port,
            origin: format!("{}://{authority}", if https { "https" } else { "http" }).into(),
            authority: authority.into(),
            name: name.into(),
            cookies: cookie_prefix(https, own_port).into(),
        })
    }

    /// Returns true if it is https, so that cookies can be Secure.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Returns the host name or the address, an IPv6 address in brackets.
    pub fn host(&self) -> String {
        self.name.to_string()
    }

    /// Returns the port, even if the scheme implies it.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the port if it is not the scheme's default.
    pub fn own_port(&self) -> Option<u16> {
        own_port(self.https, self.port)
    }

    /// Returns `https://host`, with the port if it is not the scheme's default, as browsers write
    /// the `Origin` header.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the host, with the port unless it is the scheme's default, as browsers write the
    /// `Host` header.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Returns how the names of Postern's cookies begin at this origin.
    pub(crate) fn cookies(&self) -> &str {
        &self.cookies
    }

    /// Returns true if a browser at this origin sends this `Host`. A default port may be written or
    /// left out. Nothing else that programs may read as this host counts: no user, no path, no other
    /// spelling of an address.
    #[must_use]
    pub fn is_authority(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            // The colons of an IPv6 address are in brackets.
            Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
            _ => (host, None),
        };
        let is_port = match port {
            None => self.own_port().is_none(),
            Some(digits) => digits.parse() == Ok(self.port) && !digits.starts_with(['+', '0']),
        };
        is_port && self.is_name(name)
    }

    fn is_name(&self, name: &str) -> bool {
        match &self.host {
            Host::Domain(own) => name.eq_ignore_ascii_case(own),
            Host::Ipv4(_) | Host::Ipv6(_) => *name == *self.name,
        }
    }

    /// Returns true if a browser at this origin may arrive with this `Host`: also without the port,
    /// which some proxies drop.
    #[must_use]
    pub fn is_host(&self, host: &str) -> bool {
        self.is_authority(host) || self.is_name(host)
    }

    /// Returns true if it leads to the browser's own machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

fn own_port(https: bool, port: u16) -> Option<u16> {
    let default = if https { 443 } else { 80 };
    Some(port).filter(|port| *port != default)
}

/// Returns how the names of cookies begin. `__Host-` binds a cookie to this very host and to https (RFC
/// 6265bis §4.1.3.2). Cookies ignore the port: without it in the name, two servers on one host would
/// end each other's sessions.
pub(crate) fn cookie_prefix(is_https: bool, own_port: Option<u16>) -> String {
    let prefix = if is_https { "__Host-" } else { "" };
    match own_port {
        None => format!("{prefix}postern_"),
        Some(port) => format!("{prefix}postern_{port}_"),
    }
}

/// Returns true if the host name means the machine itself.
pub(crate) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.as_ref();
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => Ipv4Addr::is_loopback(address),
        Host::Ipv6(address) => Ipv6Addr::is_loopback(address),
    }
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    #[test]
    fn host_is_read_in_one_way_alone() {
        let check = |origin: &str, host: &str, expected: bool| {
            let origin: PublicUrl = origin.parse().expect("an origin");
            assert_eq!(origin.is_authority(host), expected, "{origin:?} {host:?}");
        };
        let app = "https://app.example.com";
        for host in ["app.example.com", "APP.example.com", "app.example.com:443"] {
            check(app, host, true);
        }
        for host in [
            "",
            "app.example.com:80",
            "app.example.com:",
            "app.example.com:0443",
            "app.example.com:+443",
            "app.example.com:443:443",
            "app.example.com.",
            "user@app.example.com",
            "app.example.com/",
            "app.example.com/x",
            "app.example.com?x",
            "app.example.com#x",
            "app.example.com\\x",
            "app.exam\tple.com",
            " app.example.com",
            "app%2eexample.com",
            "\u{ff41}pp.example.com",
            "[app.example.com]",
        ] {
            check(app, host, false);
        }
        check("http://127.0.0.1:8080", "127.0.0.1:8080", true);
        check("http://127.0.0.1:8080", "127.0.0.1", false);
        check("http://127.0.0.1:8080", "127.1:8080", false);
        check("http://[::1]:8080", "[::1]:8080", true);
        check("http://[::1]", "[::1]", true);
        check("http://[::1]", "[::1]:80", true);
        check("http://[::1]", "[0::1]", false);
        check("http://[::1]", "::1", false);
    }
}
