//! The reference of a request: short enough to read out, in the log and in what the browser gets.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::app::AppState;
use crate::session::random_bytes;

tokio::task_local! {
    static REFERENCE: String;
}

/// Letters and digits that are not mistaken for each other.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Returns the reference of the request being answered; empty outside of one.
pub(crate) fn current() -> String {
    REFERENCE.try_with(Clone::clone).unwrap_or_default()
}

/// Lets work that outlives its request keep the request's reference and log span.
pub(super) fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    REFERENCE.scope(current(), work.in_current_span())
}

/// Gives the request a reference and a log span that carries it.
pub(super) async fn give(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let reference: String = random_bytes()[..10]
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect();
    // The route, not the path: a path may hold anything, and queries hold codes.
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map(MatchedPath::as_str);
    let method = request.method().clone();
    // At the highest level, so that the reference is on whichever lines are written.
    let span = tracing::error_span!(
        "request",
        r#ref = %reference,
        http.request.method = method.as_str(),
        http.route = route.unwrap_or("other"),
    );
    let began = std::time::Instant::now();
    REFERENCE
        .scope(
            reference,
            async move {
                let response = next.run(request).await;
                let (status, took) = (response.status().as_u16(), began.elapsed());
                app.metrics.answered(route, method.as_str(), status, took);
                let elapsed_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
                tracing::debug!(status, elapsed_ms, "answered");
                response
            }
            .instrument(span),
        )
        .await
}
