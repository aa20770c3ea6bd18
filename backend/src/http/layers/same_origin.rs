//! Refuses writes that another site makes a browser send (CSRF).

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use shared::error::ErrorCode;
use shared::routes;

use crate::app::AppState;
use crate::http::error::ApiError;

/// Lets a write through only if it comes from this origin: by `Sec-Fetch-Site`, which no page can
/// forge, else by `Origin`. A client that sends neither is no browser, and carries nobody else's
/// cookie.
pub(crate) async fn require(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let is_read = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    // These two accept forms from elsewhere and turn them into a GET: the OP's
    // (response_mode=form_post), and a third party's that begins a login (Core §4).
    let is_from_elsewhere = matches!(
        request.uri().path(),
        routes::API_OAUTH_OPENID | routes::API_LOGIN_OPENID
    );
    let own = app
        .config
        .public_url
        .as_ref()
        .map(crate::config::PublicUrl::origin);
    if is_read || is_from_elsewhere || is_same_origin(request.headers(), own.as_deref()) {
        next.run(request).await
    } else {
        ApiError::from(ErrorCode::CrossSite).into_response()
    }
}

fn is_same_origin(headers: &HeaderMap, own: Option<&str>) -> bool {
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
        return origin == own;
    }
    // No public origin is configured, so use the host that the browser asked for.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    host.is_some() && origin.split_once("://").map(|(_, host)| host) == host
}

#[cfg(test)]
mod tests {
    use super::is_same_origin;
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    #[test]
    fn only_this_origin_writes() {
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
            assert_eq!(
                is_same_origin(&map, Some("https://app.example")),
                expected,
                "{headers:?}"
            );
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
