//! Refuses writes that another site makes a browser send (CSRF).

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use shared::error::ErrorCode;
use shared::routes;

use crate::app::AppState;
use crate::config::PublicUrl;
use crate::failure::{Cause, remedy};
use crate::http::error::ApiError;
use crate::http::extract::address::logged;

/// Lets a write through only if it comes from this origin: by `Sec-Fetch-Site`, which no page can
/// forge, else by `Origin`. A client that sends neither is no browser, and carries nobody else's
/// cookie.
pub(crate) async fn require<F>(
    app: &AppState,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    // These two accept forms from elsewhere and turn them into a GET: the OP's
    // (response_mode=form_post), and a third party's that begins a login (Core §4).
    let is_from_elsewhere = matches!(
        request.uri().path(),
        routes::API_OAUTH_OPENID | routes::API_LOGIN_OPENID
    );
    let own = app.config.public_url.as_ref();
    let headers = request.headers();
    if is_from_elsewhere || !is_write_from_elsewhere(app, request.method(), headers) {
        return next(request).await;
    }
    let (origin, host) = (logged(headers, "origin"), logged(headers, "host"));
    if is_from_other_address(headers, own) {
        let remedy = remedy(Cause::WrongAddress, app.config.op_name()).english();
        let code = Cause::WrongAddress.code().as_str();
        tracing::warn!(
            code,
            origin,
            host,
            remedy,
            "request failed: its page has another address"
        );
        ApiError::from(ErrorCode::WrongAddress).into_response()
    } else {
        let code = ErrorCode::CrossSite.as_str();
        tracing::warn!(code, origin, host, "request failed: another site sent it");
        ApiError::from(ErrorCode::CrossSite).into_response()
    }
}

/// Does a page of another site, or of this server under another address, write by this request?
pub(crate) fn is_write_from_elsewhere(
    app: &AppState,
    method: &Method,
    headers: &HeaderMap,
) -> bool {
    let is_read = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    !is_read && !is_same_origin(headers, app.config.public_url.as_ref())
}

fn is_same_origin(headers: &HeaderMap, own: Option<&PublicUrl>) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        // `none`: the user's own action, such as a reload.
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    if let Some(own) = own {
        return origin == own.origin();
    }
    // No public origin is configured, so use the host that the browser asked for.
    is_from_host(headers)
}

/// Returns true if the page that wrote is this server's own, under another address: its origin has
/// the host that it asked for, or that host is not the public one.
fn is_from_other_address(headers: &HeaderMap, own: Option<&PublicUrl>) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    own.is_some_and(|own| is_from_host(headers) || host.is_some_and(|host| !own.is_host(host)))
}

/// Returns true if the page's origin has the host that the browser asked for.
fn is_from_host(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let (origin, host) = (text(ORIGIN), text(HOST));
    host.is_some()
        && origin
            .and_then(|origin| origin.split_once("://"))
            .map(|(_, host)| host)
            == host
}

#[cfg(test)]
mod tests {
    use super::is_same_origin;
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use crate::config::PublicUrl;

    #[test]
    fn only_this_origin_writes() {
        let own: PublicUrl = "https://app.example".parse().expect("an origin");
        let check = |headers: &[(&'static str, &'static str)], expected: bool| {
            let map: HeaderMap = headers
                .iter()
                .map(|(name, value)| {
                    (
                        HeaderName::from_static(name),
                        HeaderValue::from_static(value),
                    )
                })
                .collect();
            assert_eq!(is_same_origin(&map, Some(&own)), expected, "{headers:?}");
        };
        check(&[], true);
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "none")], true);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://app.example"),
            ],
            false,
        );
        check(&[("origin", "https://app.example")], true);
        check(&[("origin", "http://app.example")], false);
        check(&[("origin", "https://app.example.evil.example")], false);
        check(&[("origin", "null")], false);
    }

    #[test]
    fn without_a_public_origin_the_host_decides() {
        let mut map = HeaderMap::new();
        map.insert("origin", HeaderValue::from_static("http://127.0.0.1:8080"));
        assert!(!is_same_origin(&map, None));
        map.insert("host", HeaderValue::from_static("127.0.0.1:8080"));
        assert!(is_same_origin(&map, None));
        map.insert("host", HeaderValue::from_static("other"));
        assert!(!is_same_origin(&map, None));
    }
}
