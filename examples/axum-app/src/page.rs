//! Serves a built page, such as that of `examples/leptos-app`, from the folder that `APP_PAGE`
//! names.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::Path as UrlPath;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Returns its routes: `/page/` is the document, and its files are below.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let Some(folder) = std::env::var_os("APP_PAGE").map(PathBuf::from) else {
        return Router::new();
    };
    let index = folder.clone();
    Router::new()
        .route(
            "/page/",
            get(async move || file(&index, "index.html").await),
        )
        .route(
            "/page/{name}",
            get(async move |UrlPath(name): UrlPath<String>| file(&folder, &name).await),
        )
}

/// Answers with a file of the folder itself.
async fn file(folder: &Path, name: &str) -> Response {
    let kind = match name.rsplit_once('.') {
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "js")) => "text/javascript",
        Some((_, "wasm")) => "application/wasm",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    // A name with a slash would lead out of the folder.
    let path = folder.join(name);
    if path.parent() != Some(folder) || name.contains(['/', '\\']) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match tokio::fs::read(path).await {
        Ok(content) => ([(header::CONTENT_TYPE, kind)], content).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
