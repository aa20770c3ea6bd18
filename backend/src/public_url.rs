//! Postern's public origin, and that of an application.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Postern's public origin, which people type into their browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    https: bool,
    host: Host,
    port: u16,
}

impl PublicUrl {
    /// Returns the origin of a URL; `None` if it is not http or https.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        Some(Self {
            https,
            host: url.host()?.to_owned(),
            port: url.port_or_known_default()?,
        })
    }

    /// Returns true if it is https, so that cookies can be Secure.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Returns the host name or the address, an IPv6 address in brackets.
    pub fn host(&self) -> String {
        self.host.to_string()
    }

    /// Returns the port, even if the scheme implies it.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the port if it is not the scheme's default.
    pub fn own_port(&self) -> Option<u16> {
        let default = if self.https { 443 } else { 80 };
        Some(self.port).filter(|port| *port != default)
    }

    /// Returns `https://host`, with the port if it is not the scheme's default, as browsers write
    /// the `Origin` header.
    pub fn origin(&self) -> String {
        let scheme = if self.https { "https" } else { "http" };
        match self.own_port() {
            None => format!("{scheme}://{}", self.host),
            Some(port) => format!("{scheme}://{}:{port}", self.host),
        }
    }

    /// Returns the host, with the port unless it is the scheme's default, as browsers write the
    /// `Host` header.
    pub fn authority(&self) -> String {
        match self.own_port() {
            None => self.host(),
            Some(port) => format!("{}:{port}", self.host),
        }
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
            address => name == address.to_string(),
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
