//! Where to go after a login: a path on this site, and nothing else.

/// A path on this site, safe to redirect to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ReturnTo(String);

/// A longer path is not ours, and would bloat the attempt's cookie.
const MAX_BYTES: usize = 512;

impl ReturnTo {
    /// Returns the start page.
    #[must_use]
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// Parses the `next` parameter; anything but a clear path on this site becomes `/`.
    ///
    /// What a browser might take for another host is refused before parsing: a second slash or a
    /// backslash after the first (`//host`, `/\host`), either of them encoded, control characters
    /// and white space (which browsers strip), dot segments, schemes.
    #[must_use]
    pub fn parse(next: &str) -> Self {
        if is_safe(next) {
            Self(next.to_owned())
        } else {
            Self::home()
        }
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

fn is_safe(next: &str) -> bool {
    if next.len() > MAX_BYTES || !next.starts_with('/') {
        return false;
    }
    // Only printable ASCII: nothing that a browser strips, folds or normalizes.
    if !next.bytes().all(|b| (0x21..=0x7e).contains(&b)) || next.contains('\\') {
        return false;
    }
    let path = next.split(['?', '#']).next().unwrap_or_default();
    if path.contains("//") || is_api(path) {
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

/// A login that ended on the API would show raw JSON, or start another login.
fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
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
    fn anything_else_goes_home() {
        let long = format!("/{}", "a".repeat(600));
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
            "/ /evil.example",
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
            "/é",
            "http:/evil.example",
            "/%09/evil.example",
            long.as_str(),
        ] {
            assert_eq!(ReturnTo::parse(bad).as_str(), "/", "{bad:?}");
        }
    }
}
