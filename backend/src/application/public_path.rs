//! Paths of an application that need no login.

use std::fmt;

use percent_encoding::percent_decode_str;

/// A path that needs no login, or all paths below one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPath {
    /// Decoded; with [`PublicPath::is_prefix`], it ends with a slash.
    path: String,
    /// Does it stand for everything below?
    is_prefix: bool,
}

impl PublicPath {
    /// Parses a path, or a prefix that ends with `/*`. `None` if it is neither, or could be read in
    /// two ways.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (text, is_prefix) = match text.strip_suffix('*') {
            Some(prefix) if prefix.ends_with('/') => (prefix, true),
            Some(_) => return None,
            None => (text, false),
        };
        let path = canonical(text).filter(|path| !path.contains('*'))?;
        Some(Self { path, is_prefix })
    }

    /// Does it open everything?
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.is_prefix && self.path == "/"
    }

    fn covers(&self, path: &str) -> bool {
        if self.is_prefix {
            path.starts_with(&self.path)
        } else {
            path == self.path
        }
    }
}

impl fmt::Display for PublicPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        f.write_str(if self.is_prefix { "*" } else { "" })
    }
}

/// Does this path of a request, as it came and without its query, need no login?
#[must_use]
pub fn is_public(public: &[PublicPath], path: &str) -> bool {
    // Most applications have none.
    if public.is_empty() {
        return false;
    }
    canonical(path).is_some_and(|path| public.iter().any(|public| public.covers(&path)))
}

/// Returns the decoded path, if everybody decodes it to that.
///
/// Programs differ in what they make of dot segments, doubled and encoded slashes, backslashes,
/// `;parameters`, escapes within escapes and bytes that are no text: an application might see
/// `/admin` in what looked like `/public/..;/admin` here. Such paths have no canonical form, so that
/// they are never public.
fn canonical(path: &str) -> Option<String> {
    if !path.starts_with('/') || !path.bytes().all(|byte| (0x21..=0x7e).contains(&byte)) {
        return None;
    }
    // What is left of an escape that is none would be decoded by some, and not by others.
    let mut rest = path;
    while let Some((_, escape)) = rest.split_once('%') {
        let digits = escape.as_bytes().get(..2)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        rest = &escape[2..];
    }
    let slashes = path.matches('/').count();
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let is_plain = decoded.matches('/').count() == slashes
        && !decoded.contains("//")
        && !decoded.contains(['\\', ';', '%', '?', '#'])
        && !decoded.chars().any(char::is_control)
        && !decoded.split('/').any(is_dots);
    is_plain.then(|| decoded.into_owned())
}

/// Is it a dot segment, or does some system drop what keeps it from being one? Windows drops dots and
/// spaces at the end of a name.
fn is_dots(segment: &str) -> bool {
    let is_dropped = |c: char| c == '.' || c.is_whitespace();
    !segment.is_empty() && segment.chars().all(is_dropped)
}

#[cfg(test)]
mod tests {
    use super::{PublicPath, is_public};

    fn public(paths: &[&str]) -> Vec<PublicPath> {
        let parsed = paths
            .iter()
            .map(|path| PublicPath::parse(path).expect("a path"));
        parsed.collect()
    }

    #[test]
    fn exact_paths_and_prefixes_are_public() {
        let rules = public(&[
            "/health",
            "/static/*",
            "/pelit/äht".replace('ä', "%C3%A4").as_str(),
        ]);
        for path in [
            "/health",
            "/static/",
            "/static/a/b.css",
            "/stat%69c/x",
            "/pelit/%c3%a4ht",
        ] {
            assert!(is_public(&rules, path), "{path}");
        }
        for path in [
            "/",
            "/health/",
            "/healthy",
            "/static",
            "/statical",
            "/Static/x",
            "/pelit/aht",
        ] {
            assert!(!is_public(&rules, path), "{path}");
        }
        assert!(!is_public(&[], "/"));
        assert!(is_public(&public(&["/*"]), "/anything"));
        assert!(public(&["/*"])[0].is_everything());
        assert!(!public(&["/", "/a/*"]).iter().any(PublicPath::is_everything));
    }

    #[test]
    fn path_that_can_be_read_in_two_ways_is_never_public() {
        let rules = public(&["/*"]);
        for path in [
            "",
            "static",
            "//x",
            "/a//b",
            "/a/../b",
            "/a/./b",
            "/..",
            "/.",
            "/%2e%2e/b",
            "/a/%2E/b",
            "/.%2e/b",
            "/..%20/b",
            "/.%20./b",
            "/.../b",
            "/a%2fb",
            "/a%2Fb",
            "/a\\b",
            "/a%5cb",
            "/a;b",
            "/a/..;/b",
            "/a%3bb",
            "/a%252fb",
            "/a%",
            "/a%2",
            "/a%zz",
            "/a%00",
            "/a%0ab",
            "/a%7f",
            "/a#b",
            "/a%23b",
            "/a%3fb",
            "/a?b",
            "/a b",
            "/a\tb",
            "/é",
            "/%ff",
            "/%c0%ae%c0%ae/b",
            "/%25",
            "http://evil.example/",
        ] {
            assert!(!is_public(&rules, path), "{path}");
        }
    }

    #[test]
    fn rules_that_mean_nothing_are_refused() {
        for text in [
            "",
            "static/*",
            "/a*",
            "*",
            "/*/b",
            "/a/../*",
            "/a//*",
            "https://x/*",
            "/a?b",
        ] {
            assert_eq!(PublicPath::parse(text), None, "{text}");
        }
        assert_eq!(
            PublicPath::parse("/a/*").expect("a rule").to_string(),
            "/a/*"
        );
    }
}
