//! What the ops listener serves: `/metrics`, and whether the server is alive and ready.

use axum::Router;
use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::AppState;
use crate::http::ops::health;
use crate::metrics::exposition;
use crate::metrics::snapshot::Snapshot;

/// Returns what is served there, to GET and HEAD alone.
pub(crate) fn router(app: AppState) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(CatchPanicLayer::new())
        .with_state(app)
}

/// Tells the numbers, in the format that the client asks for.
async fn metrics(State(app): State<AppState>, headers: HeaderMap) -> impl IntoResponse {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    let snapshot = Snapshot::take(&app).await;
    let (media_type, body) = exposition::write(snapshot, accept.unwrap_or_default());
    let headers = [(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-store")];
    (headers, body)
}
