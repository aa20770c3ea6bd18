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
    /// left out.
    #[must_use]
    pub fn is_authority(&self, host: &str) -> bool {
        let scheme = if self.https { "https" } else { "http" };
        let url = Url::parse(&format!("{scheme}://{host}/")).ok();
        url.and_then(|url| Self::of(&url)).as_ref() == Some(self)
    }

    /// Returns true if a browser at this origin may arrive with this `Host`: also without the port,
    /// which some proxies drop.
    #[must_use]
    pub fn is_host(&self, host: &str) -> bool {
        self.is_authority(host) || host.eq_ignore_ascii_case(&self.host())
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
