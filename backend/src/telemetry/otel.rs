//! Sends traces to an OpenTelemetry collector: protobuf over HTTP, in batches, on its own thread.
//! If the collector is down, traces are lost, and the log says so; nobody waits for it.

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, filter::FilterFn};
use url::Url;

use super::traces::TARGET;

/// Creates the exporter; `endpoint` is the collector's base URL.
///
/// # Errors
/// The client cannot be created.
pub(super) fn provider(endpoint: &Url) -> anyhow::Result<SdkTracerProvider> {
    // Fails if it was installed before, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/'));
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(url)
        .build()?;
    let resource = Resource::builder_empty()
        .with_service_name("postern")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource)
        .build())
}

/// Creates the layer that passes on only the spans for traces: no events, no spans of the log, no
/// source locations.
pub(super) fn layer<S>(provider: &SdkTracerProvider) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    tracing_opentelemetry::layer()
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_tracer(provider.tracer("postern"))
        .with_filter(filter_fn(|metadata| metadata.target() == TARGET))
}

/// Keeps the spans for traces out of the log.
pub(super) fn for_log() -> FilterFn {
    filter_fn(|metadata| metadata.target() != TARGET)
}
