//! The reference of the request being answered: short enough to read out, in the log and in what the
//! browser gets.

use tracing::{Instrument, Span};

tokio::task_local! {
    static CURRENT: Answering;
}

/// What belongs to a request while it is answered.
#[derive(Clone)]
pub(super) struct Answering {
    pub(super) reference: String,
    pub(super) trace: Span,
}

/// Returns the reference of the request being answered; empty outside of one.
pub(crate) fn current() -> String {
    CURRENT
        .try_with(|current| current.reference.clone())
        .unwrap_or_default()
}

/// Lets work that outlives its request keep the request's reference, log span and trace.
pub(crate) fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let current = CURRENT.try_with(Clone::clone).unwrap_or(Answering {
        reference: String::new(),
        trace: Span::none(),
    });
    let trace = current.trace.clone();
    CURRENT.scope(current, work.in_current_span().instrument(trace))
}

/// Answers a request; until then, it is the current one.
pub(super) async fn answering<F: Future>(request: Answering, answer: F) -> F::Output {
    CURRENT.scope(request, answer).await
}
