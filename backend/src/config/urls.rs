//! Parses http and https URLs, and the public origin.

use std::net::IpAddr;
use std::str::FromStr;

use url::Url;

use super::faults::Wrong;
use crate::public_url::{PublicUrl, cookie_prefix, is_loopback};

/// Returns a cookie's full name.
pub(crate) fn cookie_name(is_https: bool, own_port: Option<u16>, name: &str) -> String {
    cookie_prefix(is_https, own_port) + name
}

impl FromStr for PublicUrl {
    type Err = String;

    /// Parses an origin from a setting; the fault has its remedy.
    fn from_str(text: &str) -> Result<Self, String> {
        origin_url(text).map_err(|wrong| format!("{}; {}", wrong.problem, wrong.remedy))
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
