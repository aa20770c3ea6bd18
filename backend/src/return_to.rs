//! Where to go after a login: a path on this site, and nothing else.

use std::fmt::Write as _;

use shared::routes;

/// A path on this site, safe to redirect to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ReturnTo(String);

/// A longer path is not ours, and would bloat the attempt's cookie.
const MAX_BYTES: usize = 512;

/// The longest path that leads on to an application: such a path is in it, encoded.
const MAX_ENTER_BYTES: usize = 2048;

impl ReturnTo {
    /// Returns the start page.
    #[must_use]
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// Parses the `next` parameter; anything but a clear path on this site becomes `/`.
    ///
    /// The parameter arrives decoded: a space or a letter outside of ASCII is encoded again, so
    /// that the browser comes back to the very place it asked for. What a browser might take for
    /// another host is refused: a second slash or a backslash after the first (`//host`,
    /// `/\host`), either of them encoded, control characters and other white space (which browsers
    /// strip), dot segments, schemes.
    #[must_use]
    pub fn parse(next: &str) -> Self {
        encoded(next)
            .filter(|path| is_safe(path) && !is_api(path))
            .map_or_else(Self::home, Self)
    }

    /// Parses a path on the host of an application, which may have an API of its own.
    #[must_use]
    pub fn in_application(next: &str) -> Self {
        encoded(next)
            .filter(|path| is_safe(path))
            .map_or_else(Self::home, Self)
    }

    /// Returns the path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for ReturnTo {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl From<ReturnTo> for String {
    fn from(path: ReturnTo) -> Self {
        path.0
    }
}

/// Encodes what no address has in it as it is; `None` if that is not what a browser asked for.
fn encoded(next: &str) -> Option<String> {
    let is_lost = |c: char| {
        c == char::REPLACEMENT_CHARACTER || c.is_control() || (c.is_whitespace() && c != ' ')
    };
    if next.len() > most(next) || next.contains(is_lost) || next.ends_with(' ') {
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
    Some(path)
}

fn is_safe(next: &str) -> bool {
    if next.len() > most(next) || !next.starts_with('/') {
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

/// Returns how long that path may be.
fn most(next: &str) -> usize {
    match next.strip_prefix(routes::API_ENTER) {
        Some(query) if query.starts_with('?') => MAX_ENTER_BYTES,
        _ => MAX_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::ReturnTo;

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
            assert_eq!(ReturnTo::parse(path).as_str(), path);
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
            assert_eq!(ReturnTo::parse(next).as_str(), expected);
            assert_eq!(ReturnTo::parse(expected).as_str(), expected);
        }
    }

    #[test]
    fn application_may_have_an_api() {
        let path = "/api/pages/1?x=1";
        assert_eq!(ReturnTo::in_application(path).as_str(), path);
        assert_eq!(ReturnTo::in_application("//evil.example").as_str(), "/");
        let enter = format!("/api/enter?app=a&next={}", "%2Fx".repeat(300));
        assert_eq!(ReturnTo::parse(&enter).as_str(), enter);
        assert_eq!(ReturnTo::parse("/api/enter/x").as_str(), "/");
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
            assert_eq!(ReturnTo::parse(bad).as_str(), "/", "{bad:?}");
        }
    }
}
