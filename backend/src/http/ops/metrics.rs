//! What the ops listener serves: `/metrics`, and whether the server is alive and ready.

use axum::Router;
use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::AppState;
use crate::http::ops::health;
use crate::metrics::process;

/// The name of the format `OpenMetrics`, in `Accept`.
const OPENMETRICS: &str = "application/openmetrics-text";
/// The media type, with the version that is written.
const OPENMETRICS_1_0: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Returns the routes of the ops listener, which answer GET and HEAD alone.
pub(crate) fn router(app: AppState) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(CatchPanicLayer::new())
        .with_state(app)
}

/// Writes the metrics, in the format that the client asks for.
async fn metrics(State(app): State<AppState>, headers: HeaderMap) -> impl IntoResponse {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    let is_openmetrics = accept.is_some_and(|accept| accept.contains(OPENMETRICS));
    let registry = registry(&app).await;
    let mut body = String::new();
    let (media_type, written) = if is_openmetrics {
        let written = text::encode(&mut body, &registry);
        (OPENMETRICS_1_0, written)
    } else {
        let written = prometheus_text::encode(&mut body, &registry);
        (prometheus_text::CONTENT_TYPE, written)
    };
    written.expect("writing to a string does not fail");
    let headers = [(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-store")];
    (headers, body)
}

/// Returns all metrics, as they are now.
async fn registry(app: &AppState) -> Registry {
    let mut registry = Registry::default();
    app.metrics.register(&mut registry);
    app.limits.register(&mut registry);
    app.passwords.register(&mut registry);
    if let Some(provider) = app.provider() {
        let is_reachable = ConstGauge::new(u32::from(provider.rp.unreachable_since().is_none()));
        let help = "Whether the OP could be used when it was last looked at: 1 or 0";
        registry.register("postern_op_reachable", help, is_reachable);
        let help = "How long requests to the OP took, by endpoint and how they ended";
        let durations = provider.rp.metrics().durations.clone();
        registry.register_with_unit(
            "postern_op_request_duration",
            help,
            Unit::Seconds,
            durations,
        );
    }
    let (sessions, now) = (&app.config.sessions, app.clock.now());
    let totals = &app.metrics.totals;
    totals
        .register(&mut registry, &app.store, sessions, now)
        .await;
    process::register(&mut registry);
    registry
}
