//! Cookies: their names, their attributes, and the sealing of those that the browser only keeps.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponseParts, ResponseParts};
use cookie::{Cookie, SameSite, time};
use std::time::Duration;

use crate::app::AppState;
use crate::config::{PublicUrl, cookie_name};
use crate::doctor::probe::reflection::COOKIE as COOKIE_OF_DOCTOR;

/// Names and attributes depend on the public origin.
#[derive(Debug, Clone, Copy)]
pub struct CookieStyle {
    is_https: bool,
    own_port: Option<u16>,
}

/// The session cookie's name, without the prefix.
const SESSION: &str = "session";
/// The pending link's.
const LINK: &str = "link";
/// The name of the cookie that shows which accounts have logged in to this browser before.
const BROWSER: &str = "browser";
/// How the names of all begin if nobody has said what the public origin is.
const UNSEEN: &str = "postern_";
/// How the names of login attempts begin.
const ATTEMPT: &str = "attempt_";

impl CookieStyle {
    /// Returns the style of an origin, by its scheme, and its port if that is not the scheme's default.
    #[must_use]
    pub fn new(is_https: bool, own_port: Option<u16>) -> Self {
        Self { is_https, own_port }
    }

    fn name(self, name: &str) -> String {
        cookie_name(self.is_https, self.own_port, name)
    }

    /// Returns the session cookie's name.
    #[must_use]
    pub fn session(self) -> String {
        self.name(SESSION)
    }

    /// Returns the name of the cookie that keeps a pending link.
    #[must_use]
    pub fn link(self) -> String {
        self.name(LINK)
    }

    /// Returns the name of the cookie that shows which accounts have logged in to this browser before.
    #[must_use]
    pub fn browser(self) -> String {
        self.name(BROWSER)
    }

    /// Returns the name of the cookie that shows the doctor whether cookies come back.
    #[must_use]
    pub fn doctor(self) -> String {
        self.name(COOKIE_OF_DOCTOR)
    }

    /// Returns the name of another cookie of ours, on this host or that of an application.
    #[must_use]
    pub fn other(self, name: &str) -> String {
        self.name(name)
    }

    /// Returns the name of the attempt with that suffix; an empty suffix gives the prefix of all
    /// names.
    #[must_use]
    pub fn attempt(self, suffix: &str) -> String {
        self.name(&format!("{ATTEMPT}{suffix}"))
    }

    /// Returns the cookie for `Set-Cookie`: `HttpOnly`, `SameSite=Lax` (Strict would be missing when the OP
    /// sends the browser back), Path=/, Secure on https.
    #[must_use]
    pub fn set(self, name: String, value: String, max_age: Duration) -> Cookie<'static> {
        let seconds = i64::try_from(max_age.as_secs()).unwrap_or(i64::MAX);
        Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.is_https)
            .max_age(time::Duration::seconds(seconds))
            .build()
    }

    /// Returns the `Set-Cookie` line that makes the browser delete the cookie of that name.
    #[must_use]
    pub fn clear(self, name: String) -> Cookie<'static> {
        self.set(name, String::new(), Duration::ZERO)
    }
}

/// Returns the names and attributes of this server's cookies.
pub(crate) fn style(app: &AppState) -> CookieStyle {
    let public = app.config.public_url.as_ref();
    CookieStyle::new(
        public.is_some_and(PublicUrl::is_https),
        public.and_then(PublicUrl::own_port),
    )
}

/// The cookies that a response sets.
#[derive(Debug, Default)]
pub(crate) struct SetCookies(Vec<Cookie<'static>>);

impl SetCookies {
    /// Adds one.
    pub(crate) fn push(&mut self, cookie: Cookie<'static>) {
        self.0.push(cookie);
    }

    /// Adds one.
    pub(crate) fn with(mut self, cookie: Cookie<'static>) -> Self {
        self.push(cookie);
        self
    }

    /// Adds those of another.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl IntoResponseParts for SetCookies {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        // Our cookies have only characters that a header may have.
        for value in self
            .0
            .into_iter()
            .filter_map(|cookie| HeaderValue::try_from(cookie.to_string()).ok())
        {
            parts.headers_mut().append(SET_COOKIE, value);
        }
        Ok(parts)
    }
}

/// Is this the name of a cookie of this server, whatever its kind?
pub(crate) fn is_ours(name: &[u8]) -> bool {
    let name = name.strip_prefix(b"__Host-").unwrap_or(name);
    name.starts_with(b"postern_")
}

/// Returns the name and the value of every pair in the `Cookie` headers.
///
/// They are split as bytes: other programs on the same host may set cookies in any encoding, and
/// one of those must not hide ours.
fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    let lines = headers.get_all(COOKIE).into_iter();
    let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(|pair| {
        let pair = pair.trim_ascii();
        let at = pair.iter().position(|byte| *byte == b'=')?;
        Some((&pair[..at], &pair[at + 1..]))
    })
}

/// Returns all cookies that are text, as name and value. Any other cookie is not ours.
pub fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    pairs(headers)
        .filter_map(|(name, value)| Some((str::from_utf8(name).ok()?, str::from_utf8(value).ok()?)))
}

/// Returns the value of the session cookie at Postern's origin, as [`single`] does.
pub(crate) fn session<'a>(headers: &'a HeaderMap, app: &AppState) -> Option<&'a str> {
    let public = app.config.public_url.as_ref();
    own(headers, public.map_or(UNSEEN, PublicUrl::cookies), SESSION)
}

/// Returns the value of one of our cookies, as [`single`] does. Its name has two parts, which need not
/// be put together for every request.
pub(crate) fn own<'a>(headers: &'a HeaderMap, prefix: &str, name: &str) -> Option<&'a str> {
    only(headers, |given| {
        given.strip_prefix(prefix.as_bytes()) == Some(name.as_bytes())
    })
}

/// Returns the cookie's value; `None` also if it is not text, or if the name appears twice, since
/// one of the two was planted and nobody can tell which.
#[must_use]
pub fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    only(headers, |given| given == name.as_bytes())
}

fn only(headers: &HeaderMap, is_meant: impl Fn(&[u8]) -> bool) -> Option<&str> {
    let mut values = pairs(headers)
        .filter(|(name, _)| is_meant(name))
        .map(|(_, value)| value);
    let value = values.next()?;
    let is_alone = values.next().is_none();
    str::from_utf8(value).ok().filter(|_| is_alone)
}

#[cfg(test)]
mod tests {
    use super::{CookieStyle, all, single};
    use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
    use std::time::Duration;

    fn headers(lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(
                COOKIE,
                HeaderValue::from_bytes(line).expect("a header value"),
            );
        }
        headers
    }

    #[test]
    fn a_doubled_cookie_is_none() {
        assert_eq!(single(&headers(&[b"a=1; b=2"]), "b"), Some("2"));
        assert_eq!(single(&headers(&[b"a=1; a=2"]), "a"), None);
        assert_eq!(single(&headers(&[b"a=1", b"a=1"]), "a"), None);
        assert_eq!(single(&headers(&[b"a=1"]), "b"), None);
        assert_eq!(single(&headers(&[b"a=1; a=\xff"]), "a"), None);
        assert_eq!(single(&headers(&[b"a=\xff"]), "a"), None);
    }

    #[test]
    fn foreign_bytes_hide_no_other_cookie() {
        for foreign in [
            "who=J\u{fc}rgen".as_bytes(),
            b"who=J\xfcrgen",
            b"\xfc=1",
            b"\xff",
        ] {
            let line = [foreign, b"; a=1;", foreign].concat();
            assert_eq!(single(&headers(&[&line]), "a"), Some("1"));
        }
    }

    #[test]
    fn malformed_cookies_are_skipped() {
        let headers = headers(&[b";;=;a;b=;c==;\xff\xfe", b"d=1;  e=2  "]);
        let cookies: Vec<_> = all(&headers).collect();
        // What is not ASCII hides none of the others.
        let expected = [("", ""), ("b", ""), ("c", "="), ("d", "1"), ("e", "2")];
        assert_eq!(cookies, expected);
        assert_eq!(all(&self::headers(&[b";=;a;b=;c=="])).count(), 3);
    }

    #[test]
    fn attributes() {
        let style = CookieStyle::new(true, None);
        assert_eq!(
            style
                .set(style.session(), "t".to_owned(), Duration::from_secs(60))
                .to_string(),
            "__Host-postern_session=t; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60"
        );
        let style = CookieStyle::new(true, Some(8443));
        assert_eq!(style.session(), "__Host-postern_8443_session");
        assert_eq!(style.attempt("x"), "__Host-postern_8443_attempt_x");
        let style = CookieStyle::new(false, None);
        assert_eq!(
            style.clear(style.link()).to_string(),
            "postern_link=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"
        );
    }
}
