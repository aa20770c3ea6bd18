//! Logs: one line per event, as text or JSON, to standard error.

mod json;

use std::sync::Arc;

use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::fmt::time::SystemTime;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};

use crate::config::{LogConfig, LogFormat};
use json::Flat;

/// The log of this process.
#[derive(Clone, Default)]
pub struct Log {
    filter: Option<Arc<reload::Handle<EnvFilter, Registry>>>,
}

impl Log {
    /// Has other lines written from now on.
    pub fn set_filter(&self, filter: &str) {
        if let Some(handle) = &self.filter {
            // An error means that the log is gone, as the process is about to be.
            let _ = handle.reload(parse(filter));
        }
    }
}

/// Begins logging. A second call does nothing.
pub fn start(config: &LogConfig) -> Log {
    let (filter, handle) = reload::Layer::new(parse(&config.filter));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match config.format {
        LogFormat::Text => lines
            .with_target(false)
            .with_timer(SystemTime)
            .with_ansi(false)
            .boxed(),
        LogFormat::Json => lines
            .fmt_fields(JsonFields::new())
            .event_format(Flat)
            .boxed(),
    };
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(filter));
    // Fails where logging has begun already, in tests.
    let has_begun = subscriber.try_init().is_ok();
    Log {
        filter: has_begun.then(|| Arc::new(handle)),
    }
}

fn parse(filter: &str) -> EnvFilter {
    EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"))
}

/// Returns an error with its sources, for one log line. Some errors of others end with what their
/// source says: that is said once.
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
