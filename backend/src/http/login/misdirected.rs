//! A callback whose path has a slash too many. OPs compare redirect URIs to the letter, so the OP,
//! or a proxy on the way, has another address than the one that is configured here.

use axum::extract::{FromRequestParts as _, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use shared::failure::Lost;
use shared::routes;

use crate::app::AppState;
use crate::http::login::visit::Visit;
use crate::login::LoginError;

/// The most characters of a path that are logged.
const MAX_PATH: usize = 100;

/// Explains a callback that came to almost the right path; passes on everything else.
pub(crate) async fn explain(State(app): State<AppState>, request: Request, next: Next) -> Response {
    if !is_almost_callback(request.uri().path()) {
        return next.run(request).await;
    }
    let (mut parts, _) = request.into_parts();
    match Visit::from_request_parts(&mut parts, &app).await {
        Ok(visit) => {
            let path = parts.uri.path().chars().take(MAX_PATH).collect();
            let error = LoginError::CallbackPath(path);
            visit.fail_because(&error, Some(Lost::PathDiffers)).await
        }
        Err(error) => error.into_response(),
    }
}

/// Returns true if only slashes keep the path from being the callback's.
fn is_almost_callback(path: &str) -> bool {
    let own = routes::API_OAUTH_OPENID;
    path != own && names(path).eq(names(own))
}

/// Returns the names in a path.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::is_almost_callback;

    #[test]
    fn slashes_alone_make_a_path_almost_the_callback() {
        for path in [
            "//api/oauth/openid",
            "/api/oauth/openid/",
            "/api//oauth///openid//",
        ] {
            assert!(is_almost_callback(path), "{path}");
        }
        for path in [
            "/api/oauth/openid",
            "/api/oauth",
            "/api/oauth/openid/x",
            "/",
            "//",
        ] {
            assert!(!is_almost_callback(path), "{path}");
        }
    }
}
