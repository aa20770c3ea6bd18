//! Spans for traces: one per request; those of requests to the OP are in [`oidc::trace`]. Nothing
//! without the feature `otel`.
//!
//! They are separate from the log's spans: no line has their fields, and no trace has what is
//! logged. Their values come from closed sets, except the reference: no path, no query, no header,
//! nobody's name.

use axum::http::{HeaderMap, Method};
use tracing::Span;

#[cfg(feature = "otel")]
pub(super) use oidc::trace::TARGET;

/// Returns the span of a request. `route` is the template that matched.
#[cfg_attr(
    not(feature = "otel"),
    expect(unused_variables, reason = "there are no traces")
)]
pub fn of_request(method: &Method, route: Option<&str>, reference: &str) -> Span {
    #[cfg(feature = "otel")]
    {
        use tracing::field::Empty;

        let method = match method.as_str() {
            known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
            // The value of the semantic conventions for any other method.
            _ => "_OTHER",
        };
        tracing::info_span!(
            target: TARGET,
            "request",
            otel.name = format!("{method} {}", route.unwrap_or("other")),
            otel.kind = "server",
            otel.status_code = Empty,
            http.request.method = method,
            http.route = route,
            http.response.status_code = Empty,
            postern.reference = reference,
        )
    }
    #[cfg(not(feature = "otel"))]
    Span::none()
}

/// Makes the request a part of the trace that a trusted proxy began. From anybody else,
/// `traceparent` (W3C Trace Context) could join any trace, or suppress it.
#[cfg_attr(
    not(feature = "otel"),
    expect(unused_variables, reason = "there are no traces")
)]
pub fn go_on(span: &Span, headers: &HeaderMap) {
    #[cfg(feature = "otel")]
    {
        use opentelemetry::propagation::TextMapPropagator as _;
        use tracing_opentelemetry::OpenTelemetrySpanExt as _;

        let propagator = opentelemetry_sdk::propagation::TraceContextPropagator::new();
        let context = propagator.extract(&Extractor(headers));
        // Fails if nobody collects traces.
        let _ = span.set_parent(context);
    }
}

/// Records how the request was answered.
#[cfg_attr(
    not(feature = "otel"),
    expect(unused_variables, reason = "there are no traces")
)]
pub fn answered(span: &Span, status: u16) {
    #[cfg(feature = "otel")]
    {
        span.record("http.response.status_code", status);
        if status >= 500 {
            span.record("otel.status_code", "ERROR");
        }
    }
}

/// Reads the headers of a request.
#[cfg(feature = "otel")]
struct Extractor<'a>(&'a HeaderMap);

#[cfg(feature = "otel")]
impl opentelemetry::propagation::Extractor for Extractor<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}
