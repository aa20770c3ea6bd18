//! Parses http and https URLs, and the public origin.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use url::{Host, Url};

use super::faults::Wrong;

/// Returns a cookie's full name. `__Host-` binds it to this very host and to https (RFC 6265bis
/// §4.1.3.2). Cookies ignore the port: without it in the name, two servers on one host would end each
/// other's sessions.
pub(crate) fn cookie_name(is_https: bool, own_port: Option<u16>, name: &str) -> String {
    let prefix = if is_https { "__Host-" } else { "" };
    match own_port {
        None => format!("{prefix}postern_{name}"),
        Some(port) => format!("{prefix}postern_{port}_{name}"),
    }
}

/// Postern's public origin, which people type into their browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    https: bool,
    host: Host,
    port: u16,
}

impl PublicUrl {
    /// Returns the origin of a URL; `None` if it is not http or https.
    pub(super) fn of(url: &Url) -> Option<Self> {
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

impl FromStr for PublicUrl {
    type Err = String;

    /// Parses an origin from a setting; the fault has its remedy.
    fn from_str(text: &str) -> Result<Self, String> {
        origin_url(text).map_err(|wrong| format!("{}; {}", wrong.problem, wrong.remedy))
    }
}

/// Returns true if the host name means the machine itself.
fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.as_ref();
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => Ipv4Addr::is_loopback(address),
        Host::Ipv6(address) => Ipv6Addr::is_loopback(address),
    }
}

/// Returns true if the URL's content is sent unencrypted over a network.
pub(crate) fn is_clear_text(url: &Url) -> bool {
    url.scheme() == "http" && !url.host().is_some_and(|host| is_loopback(&host))
}

/// Parses an absolute http or https URL, strictly.
///
/// The `url` crate is a browser's parser and corrects much: `https:host`, backslashes, tabs. The OP
/// would still get the text as it was written, so it is refused.
pub(super) fn http_url(text: &str) -> Result<Url, Wrong> {
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || "\\<>\"".contains(c)) {
        let problem = "holds a character that no URL has, such as a space, \\, < or >";
        return Err(Wrong::new(problem, "write one URL and nothing else"));
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        let remedy = "begin it with https:// (or http:// on this machine)";
        return Err(Wrong::new("does not begin with https://", remedy));
    };
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Err(Wrong::new(
            "is not a URL of https or http",
            "begin it with https://",
        ));
    }
    if rest.is_empty() || rest.starts_with(['/', '?', '#', ':']) {
        return Err(Wrong::new(
            "has no host name",
            "write the host after the ://",
        ));
    }
    let url = Url::parse(text).map_err(|error| {
        Wrong::new(
            format!("is not a URL ({error})"),
            "compare it with the one in your browser",
        )
    })?;
    // Checked everywhere, since a password with a slash in it makes the rest look like a path.
    if text.contains('@') {
        let remedy = "leave out the @ and what is before it: credentials have their own variables; \
                    an @ in a path is written %40";
        return Err(Wrong::new(
            "holds a user name or a password (value not shown)",
            remedy,
        ));
    }
    Ok(url)
}

/// Parses a URL that is requested as it is, so without a fragment.
pub(super) fn endpoint_url(text: &str) -> Result<Url, Wrong> {
    let url = http_url(text)?;
    if url.fragment().is_some() {
        return Err(Wrong::new(
            "has a part after #",
            "leave out the # and what follows",
        ));
    }
    Ok(url)
}

/// Parses an origin; ignores a slash at the end.
pub(super) fn origin_url(text: &str) -> Result<PublicUrl, Wrong> {
    let url = http_url(text)?;
    let public = PublicUrl::of(&url)
        .ok_or_else(|| Wrong::new("has no host name", "write the host after the ://"))?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        let problem = "has something after the host; Postern lives at the root of its host";
        return Err(Wrong::new(problem, format!("write {}", public.origin())));
    }
    Ok(public)
}

/// Returns true if the address means "every interface", which no browser can visit.
pub(super) fn is_unspecified(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse()
        .is_ok_and(|address: IpAddr| address.is_unspecified())
}
