//! Where to go after a login: a path on this site, as a browser asks for it, and nothing else.

use std::fmt::Write as _;

use shared::routes;

use crate::base_path::BasePath;

/// A path on this site, safe to redirect to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ReturnTo(String);

/// A longer path is not ours, and would bloat the attempt's cookie.
const MAX_BYTES: usize = 512;

/// The longest path that leads on to an application on another host: such a path is in it, encoded.
const MAX_ENTER_BYTES: usize = 2048;
/// The longest path in the application on this host: some keep all that they show in the query.
const MAX_HOME_BYTES: usize = 1536;

impl ReturnTo {
    /// Returns Postern's home page.
    #[must_use]
    pub fn home(base: BasePath) -> Self {
        Self::own(base, routes::HOME)
    }

    /// Returns one of Postern's own pages.
    #[must_use]
    pub fn own(base: BasePath, page: &str) -> Self {
        Self(base.of(page))
    }

    /// Parses the `next` parameter; anything but a clear path on this site becomes Postern's home
    /// page. With an application on this host, all that is not below the base path is in it.
    ///
    /// The parameter arrives decoded: a space or a letter outside of ASCII is encoded again, so
    /// that the browser comes back to the very place it asked for. What a browser might take for
    /// another host is refused: a second slash or a backslash after the first (`//host`,
    /// `/\host`), either of them encoded, control characters and other white space (which browsers
    /// strip), dot segments, schemes.
    #[must_use]
    pub fn parse(next: &str, base: BasePath) -> Self {
        let path = match base.within(next) {
            Some(own) => {
                let most = most(own) + base.as_str().len();
                clear(next, most).filter(|path| base.within(path).is_some_and(|own| !is_api(own)))
            }
            None => clear(next, MAX_HOME_BYTES),
        };
        path.map_or_else(|| Self::home(base), Self)
    }

    /// Parses a path on the host of an application, which may have an API of its own.
    #[must_use]
    pub fn in_application(next: &str) -> Self {
        clear(next, MAX_BYTES).map_or_else(|| Self::home(BasePath::ROOT), Self)
    }

    /// Returns the path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for ReturnTo {
    fn from(text: String) -> Self {
        // Nobody but this server makes the cookies in which it was.
        Self(clear(&text, MAX_ENTER_BYTES).unwrap_or_else(|| routes::HOME.to_owned()))
    }
}

impl From<ReturnTo> for String {
    fn from(path: ReturnTo) -> Self {
        path.0
    }
}

/// Returns a path of at most so many bytes that leads nowhere but to this site, with what no address
/// has in it encoded; `None` if it is no such path, or not what a browser asked for.
fn clear(next: &str, most: usize) -> Option<String> {
    let is_lost = |c: char| {
        c == char::REPLACEMENT_CHARACTER || c.is_control() || (c.is_whitespace() && c != ' ')
    };
    if next.len() > most || next.contains(is_lost) || next.ends_with(' ') {
        return None;
    }
    let mut path = String::with_capacity(next.len());
    for byte in next.bytes() {
        if byte.is_ascii_graphic() {
            path.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
    (path.len() <= most && is_safe(&path)).then_some(path)
}

fn is_safe(next: &str) -> bool {
    if !next.starts_with('/') {
        return false;
    }
    if next.contains('\\') {
        return false;
    }
    let path = next.split(['?', '#']).next().unwrap_or_default();
    if path.contains("//") {
        return false;
    }
    // An encoded slash, backslash, dot, percent sign or control character in the path has no honest
    // use here, and something on the way would decode it.
    let lower = path.to_ascii_lowercase();
    if ["%2f", "%5c", "%2e", "%25", "%0", "%1", "%7f"]
        .iter()
        .any(|code| lower.contains(code))
    {
        return false;
    }
    !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// Returns true for a path of the API: a login that ended there would show raw JSON, or start
/// another login. One leads on to an application.
fn is_api(next: &str) -> bool {
    let path = next.split(['?', '#']).next().unwrap_or_default();
    (path == "/api" || path.starts_with("/api/")) && path != routes::API_ENTER
}

/// Returns how long one of Postern's own paths may be.
fn most(next: &str) -> usize {
    match next.strip_prefix(routes::API_ENTER) {
        Some(query) if query.starts_with('?') => MAX_ENTER_BYTES,
        _ => MAX_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::ReturnTo;
    use crate::base_path::BasePath;

    #[test]
    fn paths_of_this_site_are_kept() {
        for path in [
            "/",
            "/profile",
            "/a/b?c=d&e=%2F",
            "/x#y",
            "/game/1?x=//y",
            "/a.b/c..d",
        ] {
            assert_eq!(ReturnTo::parse(path, BasePath::ROOT).as_str(), path);
        }
    }

    #[test]
    fn decoded_paths_are_encoded_again() {
        for (next, expected) in [
            ("/my games/1", "/my%20games/1"),
            ("/pelit/\u{e4}ht", "/pelit/%C3%A4ht"),
            ("/a?q=\u{e4} b#c d", "/a?q=%C3%A4%20b#c%20d"),
            ("/my%20games/\u{e4}", "/my%20games/%C3%A4"),
            ("/\u{ff0f}host", "/%EF%BC%8Fhost"),
        ] {
            assert_eq!(ReturnTo::parse(next, BasePath::ROOT).as_str(), expected);
            assert_eq!(ReturnTo::parse(expected, BasePath::ROOT).as_str(), expected);
        }
    }

    #[test]
    fn application_may_have_an_api() {
        let path = "/api/pages/1?x=1";
        assert_eq!(ReturnTo::in_application(path).as_str(), path);
        assert_eq!(ReturnTo::in_application("//evil.example").as_str(), "/");
        let enter = format!("/api/enter?app=a&next={}", "%2Fx".repeat(300));
        assert_eq!(ReturnTo::parse(&enter, BasePath::ROOT).as_str(), enter);
        assert_eq!(
            ReturnTo::parse("/api/enter/x", BasePath::ROOT).as_str(),
            "/"
        );
    }

    #[test]
    fn application_on_this_host_has_all_but_our_own_paths() {
        for path in [
            "/",
            "/d/1?x=1&y=%2F",
            "/api/pages",
            "/_postern/profile?a=b",
            "/_postern/",
            "/_postern",
            "/profile",
        ] {
            assert_eq!(ReturnTo::parse(path, BasePath::BELOW).as_str(), path);
        }
        for path in [
            "",
            "//evil.example",
            "/_postern/api/logout",
            "/_postern//evil.example",
            "/_postern/../x",
            "https://evil.example/",
        ] {
            let parsed = ReturnTo::parse(path, BasePath::BELOW);
            assert_eq!(parsed.as_str(), "/_postern/", "{path:?}");
        }
        let long = format!("/explore?{}", "a".repeat(1500));
        assert_eq!(ReturnTo::parse(&long, BasePath::BELOW).as_str(), long);
        let enter = format!("/_postern/api/enter?app=a&next={}", "%2Fx".repeat(300));
        assert_eq!(ReturnTo::parse(&enter, BasePath::BELOW).as_str(), enter);
    }

    #[test]
    fn anything_else_goes_home() {
        let long = format!("/{}", "a".repeat(600));
        let long_once_encoded = format!("/{}", " a".repeat(200));
        for bad in [
            "",
            "profile",
            "https://evil.example",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " //evil.example",
            "/a ",
            "/\u{85}/evil.example",
            "/\u{a0}",
            "/\u{fffd}",
            "/\u{e4}//evil.example",
            "/%2f/evil.example",
            "/%2F%2Fevil.example",
            "/%5cevil.example",
            "/%5Cevil.example",
            "/.//evil.example",
            "/..//evil.example",
            "/a/../b",
            "/./",
            "/%2e%2e/",
            "/%252f",
            "javascript:alert(1)",
            "/\u{0}",
            "/\u{7f}",
            "/a//b",
            "/api/logout",
            "/api",
            "/\u{2028}",
            "http:/evil.example",
            "/%09/evil.example",
            long.as_str(),
            long_once_encoded.as_str(),
        ] {
            assert_eq!(
                ReturnTo::parse(bad, BasePath::ROOT).as_str(),
                "/",
                "{bad:?}"
            );
        }
    }
}
