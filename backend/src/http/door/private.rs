//! The headers of an application's answer as the browser gets them.

use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, EXPIRES, HeaderValue, SET_COOKIE};

use super::forwarded::{members, name_of};
use crate::http::cookie::is_ours;

/// Takes out cookies by our own names: an application on the same host could otherwise log its
/// users in to another account, or out.
pub(crate) fn remove_our_cookies(headers: &mut HeaderMap) {
    if !headers.contains_key(SET_COOKIE) {
        return;
    }
    let all: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().cloned().collect();
    headers.remove(SET_COOKIE);
    for line in all
        .into_iter()
        .filter(|line| !is_ours(name_of(line.as_bytes())))
    {
        headers.append(SET_COOKIE, line);
    }
}

/// Says that the answer is for one person: no cache before us may give it to another. A browser asks
/// again before it shows a page of which the application says nothing: somebody else may be there by
/// then, or nobody. What the application says is never weakened.
pub(crate) fn keep_private(headers: &mut HeaderMap, is_page: bool) {
    let may_be_kept = !is_page || headers.contains_key(EXPIRES);
    if may_be_kept && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
        return;
    }
    let directives: Vec<&str> = members(headers, CACHE_CONTROL).collect();
    let is = |directive: &str, name: &str| {
        let end = directive.find('=').unwrap_or(directive.len());
        directive[..end].eq_ignore_ascii_case(name)
    };
    if directives
        .iter()
        .any(|own| is(own, "private") || is(own, "no-store"))
    {
        return;
    }
    let says_nothing = directives.is_empty() && !headers.contains_key(EXPIRES);
    let asked_again = Some("no-cache").filter(|_| is_page && says_nothing);
    let kept = directives
        .into_iter()
        .filter(|own| !is(own, "public") && !is(own, "s-maxage"));
    let line = std::iter::once("private")
        .chain(asked_again)
        .chain(kept)
        .collect::<Vec<_>>()
        .join(", ");
    // Made of header values.
    if let Ok(line) = HeaderValue::from_str(&line) {
        headers.insert(CACHE_CONTROL, line);
    }
}

#[cfg(test)]
mod tests {
    use super::{keep_private, remove_our_cookies};
    use axum::http::HeaderMap;
    use axum::http::header::{CACHE_CONTROL, EXPIRES, HeaderValue, SET_COOKIE};

    #[test]
    fn no_shared_cache_keeps_what_is_for_one_person() {
        let check = |given: &[&'static str], expected: &str| {
            let mut headers = HeaderMap::new();
            for line in given {
                headers.append(CACHE_CONTROL, HeaderValue::from_static(line));
            }
            for is_page in [false, true] {
                keep_private(&mut headers, is_page);
                assert_eq!(headers[CACHE_CONTROL], expected, "{given:?}");
            }
        };
        check(&["public, max-age=60"], "private, max-age=60");
        check(&["PUBLIC", "S-MaxAge=60, immutable"], "private, immutable");
        check(&["no-store"], "no-store");
        check(&["max-age=5, private"], "max-age=5, private");
    }

    #[test]
    fn page_of_which_the_application_says_nothing_is_asked_for_again() {
        let check = |has_end: bool, is_page: bool, expected: &str| {
            let mut headers = HeaderMap::new();
            if has_end {
                headers.insert(EXPIRES, HeaderValue::from_static("0"));
            }
            keep_private(&mut headers, is_page);
            assert_eq!(headers[CACHE_CONTROL], expected);
        };
        check(false, true, "private, no-cache");
        check(false, false, "private");
        check(true, true, "private");
    }

    #[test]
    fn application_sets_no_cookie_of_ours() {
        let mut headers = HeaderMap::new();
        for line in [
            "a=1; Path=/",
            "postern_session=stolen; Path=/",
            "__Host-postern_session=stolen; Secure; Path=/",
            " postern_link =1",
        ] {
            headers.append(SET_COOKIE, HeaderValue::from_static(line));
        }
        remove_our_cookies(&mut headers);
        assert_eq!(
            headers.get_all(SET_COOKIE).iter().collect::<Vec<_>>(),
            ["a=1; Path=/"]
        );
    }
}
