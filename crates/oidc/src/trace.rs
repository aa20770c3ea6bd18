//! Spans for traces, one a request to the OP. Nothing without the feature `otel`.
//!
//! They are not those of the log, and what they say comes from closed sets. The OP is not told of
//! the trace: it belongs to somebody else.

use tracing::Span;

/// The target of the server's spans for traces, by which its subscriber keeps them out of the log.
pub const TARGET: &str = "postern::trace";

/// Returns the span of a request to the OP; `endpoint` is its name in the log.
#[cfg_attr(
    not(feature = "otel"),
    expect(unused_variables, reason = "there are no traces")
)]
pub(super) fn of_request(endpoint: &'static str) -> Span {
    #[cfg(feature = "otel")]
    {
        use tracing::field::Empty;

        tracing::info_span!(
            target: TARGET,
            "OP",
            otel.name = format!("OP {endpoint}"),
            otel.kind = "client",
            otel.status_code = Empty,
            postern.endpoint = endpoint,
            postern.outcome = Empty,
        )
    }
    #[cfg(not(feature = "otel"))]
    Span::none()
}

/// Records how the request ended: `ok`, or one of the other outcomes in the metrics.
#[cfg_attr(
    not(feature = "otel"),
    expect(unused_variables, reason = "there are no traces")
)]
pub(super) fn ended(span: &Span, outcome: &'static str) {
    #[cfg(feature = "otel")]
    {
        span.record("postern.outcome", outcome);
        if outcome != "ok" {
            span.record("otel.status_code", "ERROR");
        }
    }
}
