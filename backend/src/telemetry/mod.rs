//! Logs: one line per event, as text or JSON, to standard error. With the feature `otel` also traces.

mod json;
mod text;
pub(crate) mod request;
pub mod traces;
#[cfg(feature = "otel")]
mod otel;

use std::sync::Arc;

#[cfg(feature = "otel")]
use tracing_subscriber::filter::FilterExt as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, reload};
use url::Url;

use crate::config::{LogConfig, LogFormat};
use json::Flat;

/// The log of this process.
#[derive(Clone, Default)]
pub struct Log {
    filter: Option<Arc<reload::Handle<Targets, Registry>>>,
    #[cfg(feature = "otel")]
    traces: Option<opentelemetry_sdk::trace::SdkTracerProvider>,
}

impl Log {
    /// Replaces the log filter.
    pub fn set_filter(&self, filter: &str) {
        if let Some(handle) = &self.filter {
            // An error means that the log is gone, because the process is ending.
            let _ = handle.reload(parse(filter));
        }
    }

    /// Sends the remaining traces.
    #[cfg_attr(
        not(feature = "otel"),
        expect(clippy::unused_async, reason = "there are no traces to wait for")
    )]
    pub async fn finish(self) {
        #[cfg(feature = "otel")]
        if let Some(traces) = self.traces {
            // This waits for its thread. A failure is in the log.
            let _ = tokio::task::spawn_blocking(move || traces.shutdown()).await;
        }
    }
}

/// Starts logging, and tracing if there is a `collector`. A second call does nothing.
pub fn start(config: &LogConfig, collector: Option<&Url>) -> Log {
    let (filter, handle) = reload::Layer::new(parse(&config.filter));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match config.format {
        LogFormat::Text => lines.with_ansi(false).event_format(text::Line).boxed(),
        LogFormat::Json => lines
            .fmt_fields(JsonFields::new())
            .event_format(Flat)
            .boxed(),
    };
    #[cfg(not(feature = "otel"))]
    {
        let _ = collector;
        let subscriber = tracing_subscriber::registry().with(lines.with_filter(filter));
        // Fails if logging has started already, in tests.
        let has_begun = begin(subscriber);
        Log {
            filter: has_begun.then(|| Arc::new(handle)),
        }
    }
    #[cfg(feature = "otel")]
    {
        let made = collector.map(otel::provider).transpose();
        let traces = made.as_ref().ok().cloned().flatten();
        let lines = lines.with_filter(filter.and(otel::for_log()));
        let subscriber = tracing_subscriber::registry()
            .with(lines)
            .with(traces.as_ref().map(otel::layer));
        let has_begun = begin(subscriber);
        if let Err(error) = made {
            tracing::error!("no traces are sent: {}", chain(error.as_ref()));
        }
        Log {
            filter: has_begun.then(|| Arc::new(handle)),
            traces,
        }
    }
}

/// Has this get all that is logged. `false` if something else does already.
fn begin(subscriber: impl SubscriberInitExt) -> bool {
    let has_begun = subscriber.try_init().is_ok();
    if has_begun {
        request::log_is_ours();
    }
    has_begun
}

fn parse(filter: &str) -> Targets {
    let filter = filter.parse();
    filter.unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO))
}

/// Returns an error with its sources, for one log line. Some errors already end with their source's
/// text, which is then not repeated.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let says = cause.to_string();
        if !text.ends_with(&says) {
            text.push_str(": ");
            text.push_str(&says);
        }
        source = cause.source();
    }
    text.replace(['\n', '\r'], " ")
}
