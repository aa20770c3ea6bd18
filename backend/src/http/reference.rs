//! The reference of the current request: short enough to read out, and present both in the log and
//! in the answer.

use tracing::{Instrument, Span};

use crate::telemetry::request::{Answering, CURRENT};

/// Returns the current request's reference; empty outside of a request.
pub(crate) fn current() -> String {
    CURRENT
        .try_with(|current| current.reference.clone())
        .unwrap_or_default()
}

/// Keeps the request's reference, log span and trace for work that outlives the request.
pub(crate) fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let current = CURRENT.try_with(Clone::clone).unwrap_or(Answering {
        reference: String::new(),
        asked: None,
        trace: Span::none(),
    });
    let trace = current.trace.clone();
    CURRENT.scope(current, work.in_current_span().instrument(trace))
}

/// Answers a request, which is the current one until then.
pub(super) async fn answering<F: Future>(request: Answering, answer: F) -> F::Output {
    CURRENT.scope(request, answer).await
}
