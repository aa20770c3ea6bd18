//! Where to go next: paths on this site, and the links that carry them.
//!
//! The server checks `next` as well; this check only keeps the page from offering what the server
//! would refuse.

use std::fmt::Write as _;

use shared::api::{CheckCookie, StartLogin};
use shared::endpoint::Endpoint as _;
use shared::routes;

use crate::base::own;

/// Returns `next` if it is a path on this site: one leading slash, no control characters.
///
/// Browsers read a backslash as a slash and drop tabs and line ends, so `/\host` and `/<tab>/host`
/// would leave the site as `//host` does.
pub(crate) fn local_path(next: &str) -> Option<&str> {
    let rest = next.strip_prefix('/')?;
    let is_local = !rest.starts_with(['/', '\\']) && !next.chars().any(char::is_control);
    is_local.then_some(next)
}

/// Returns the login page's address, which leads on to `next`.
pub(crate) fn login_href(next: Option<&str>) -> String {
    with_next(routes::LOGIN, next)
}

/// Returns the address that sends the browser to the OP and then to `next`.
pub(crate) fn openid_href(next: Option<&str>) -> String {
    with_next(StartLogin::PATH, next)
}

/// Returns the address that leads to `next` if the browser kept the cookie of a login.
pub(crate) fn cookie_check_href(next: &str) -> String {
    with_next(CheckCookie::PATH, Some(next))
}

/// Returns the address that has the OP ask who the user is, and then leads to the route `next`.
pub(crate) fn confirm_href(next: &str) -> String {
    with_query(
        &own(StartLogin::PATH),
        &[("next", &own(next)), ("confirm", "1")],
    )
}

/// Returns the address of a route with `next` as a query parameter; the home page needs none.
fn with_next(route: &str, next: Option<&str>) -> String {
    let address = own(route);
    match next.filter(|next| *next != own(routes::HOME)) {
        Some(next) => format!("{address}?next={}", encode(next)),
        None => address,
    }
}

/// Appends the address's query, as it stands there, to its path.
pub(crate) fn with_search(path: String, search: &str) -> String {
    match search.trim_start_matches('?') {
        "" => path,
        search => [&path, "?", search].concat(),
    }
}

/// Appends parameters as a query; those that are empty say nothing.
pub(crate) fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut target = path.to_owned();
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        target.push(if target.len() == path.len() { '?' } else { '&' });
        target.push_str(name);
        target.push('=');
        target.push_str(&encode(value));
    }
    target
}

/// Percent-encodes all but the unreserved characters (RFC 3986 §2.3).
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{local_path, login_href, openid_href, with_query, with_search};

    #[test]
    fn only_paths_of_this_site_pass() {
        for good in ["/", "/profile", "/profile?a=b//c", "/a/../b"] {
            assert_eq!(local_path(good), Some(good));
        }
        for bad in [
            "",
            "profile",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
        ] {
            assert_eq!(local_path(bad), None, "{bad:?}");
        }
        assert_eq!(local_path("https://evil.example/"), None);
        assert_eq!(local_path("javascript:alert(1)"), None);
    }

    #[test]
    fn next_is_encoded_whole() {
        assert_eq!(
            login_href(Some("/a?b=c&d=é")),
            "/login?next=%2Fa%3Fb%3Dc%26d%3D%C3%A9"
        );
        assert_eq!(login_href(Some("/")), "/login");
        assert_eq!(openid_href(None), "/api/login/openid");
    }

    #[test]
    fn query_has_what_is_asked_for_and_nothing_else() {
        assert_eq!(with_query("/a", &[]), "/a");
        assert_eq!(with_query("/a", &[("search", ""), ("role", "")]), "/a");
        assert_eq!(
            with_query(
                "/a",
                &[("search", "Käthe & co"), ("role", ""), ("after", "k=1")]
            ),
            "/a?search=K%C3%A4the%20%26%20co&after=k%3D1"
        );
    }

    #[test]
    fn search_of_the_address_goes_along() {
        assert_eq!(with_search("/users".to_owned(), ""), "/users");
        assert_eq!(with_search("/users".to_owned(), "?a=b"), "/users?a=b");
        assert_eq!(with_search("/users".to_owned(), "a=b"), "/users?a=b");
    }
}
