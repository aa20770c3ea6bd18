//! A callback whose path has a slash too many. OPs compare redirect URIs to the letter, so the OP,
//! or a proxy on the way, has another address than the one that is configured here.

use axum::extract::{FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Response};
use shared::failure::Lost;
use shared::routes;

use crate::app::AppState;
use crate::http::login::visit::Visit;
use crate::login::LoginError;

/// The most characters of a path that are logged.
const MAX_PATH: usize = 100;

/// Explains a callback that came to almost the right path; passes on everything else.
pub(crate) async fn explain<F>(
    app: &AppState,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    let path = request.uri().path();
    if path == routes::API_OAUTH_OPENID || !is_callback(path) {
        return next(request).await;
    }
    // Rare, and large: every other request would make room for it.
    Box::pin(refuse(app, request)).await
}

async fn refuse(app: &AppState, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    match Visit::from_request_parts(&mut parts, app).await {
        Ok(visit) => {
            let path = parts.uri.path().chars().take(MAX_PATH).collect();
            let error = LoginError::CallbackPath(path);
            visit
                .fail_because(&error, Some(Lost::PathDiffers), None)
                .await
        }
        Err(error) => error.into_response(),
    }
}

/// Returns true for the callback's path, also with slashes too many.
pub(crate) fn is_callback(path: &str) -> bool {
    names(path).eq(names(routes::API_OAUTH_OPENID))
}

/// Returns the names in a path.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::is_callback;

    #[test]
    fn slashes_too_many_leave_the_callback_what_it_is() {
        for path in [
            "/api/oauth/openid",
            "//api/oauth/openid",
            "/api/oauth/openid/",
            "/api//oauth///openid//",
        ] {
            assert!(is_callback(path), "{path}");
        }
        for path in ["/api/oauth", "/api/oauth/openid/x", "/", "//"] {
            assert!(!is_callback(path), "{path}");
        }
    }
}
