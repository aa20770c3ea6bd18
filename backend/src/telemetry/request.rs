//! The request that is being answered, as each line of the log says it.
//!
//! A span would say the same, and is what another program's log gets. It costs a tenth of a whole
//! request, and most requests log nothing.

use std::fmt::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::Method;
use serde_json::{Map, Value};
use tracing::Span;

tokio::task_local! {
    /// The request of this task.
    pub(crate) static CURRENT: Answering;
}

/// True once the log is our own.
static IS_OURS: AtomicBool = AtomicBool::new(false);

/// What is known about a request while it is answered.
#[derive(Clone)]
pub(crate) struct Answering {
    /// Its reference; empty if there is no request.
    pub(crate) reference: String,
    /// Its method, and the template that matched; `None` if no router of ours was asked.
    pub(crate) asked: Option<(Method, Arc<str>)>,
    /// Its span for traces.
    pub(crate) trace: Span,
}

/// Notes that the log is our own, whose lines say the request by themselves.
pub(super) fn log_is_ours() {
    IS_OURS.store(true, Ordering::Relaxed);
}

impl Answering {
    /// Returns the span by which another program's log says the request.
    pub(crate) fn span(&self) -> Span {
        if IS_OURS.load(Ordering::Relaxed) {
            return Span::none();
        }
        // At the highest level, so that every line that is written has the reference.
        if let Some((method, route)) = &self.asked {
            return tracing::error_span!(
                "request",
                r#ref = %self.reference,
                http.request.method = method.as_str(),
                http.route = &**route,
            );
        }
        tracing::error_span!("request", r#ref = %self.reference)
    }
}

/// Writes the request as a span would be written.
pub(super) fn write(line: &mut impl Write) -> fmt::Result {
    let written = with_current(
        |Answering {
             reference, asked, ..
         }| {
            write!(line, "request{{ref={reference}")?;
            if let Some((method, route)) = asked {
                let method = method.as_str();
                write!(line, " http.request.method={method:?} http.route={route:?}")?;
            }
            line.write_str("}: ")
        },
    );
    written.unwrap_or(Ok(()))
}

/// Adds the request to a line's fields, unless they have their own.
pub(super) fn add(fields: &mut Map<String, Value>) {
    with_current(
        |Answering {
             reference, asked, ..
         }| {
            let mut add = |name: &str, value: &str| {
                fields.entry(name).or_insert_with(|| value.into());
            };
            add("ref", reference);
            if let Some((method, route)) = asked {
                add("http.request.method", method.as_str());
                add("http.route", route);
            }
        },
    );
}

fn with_current<T>(say: impl FnOnce(&Answering) -> T) -> Option<T> {
    if !IS_OURS.load(Ordering::Relaxed) {
        return None;
    }
    let said = CURRENT.try_with(|current| (!current.reference.is_empty()).then(|| say(current)));
    said.ok().flatten()
}
