//! Gives every request a reference.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use rand::RngCore as _;
use tracing::Instrument;

use crate::app::AppState;
use crate::http::error::ApiError;
use crate::http::extract::address::is_from_trusted_proxy;
use crate::http::reference::answering;
use crate::telemetry::request::Answering;
use crate::telemetry::traces;

/// Letters and digits that nobody confuses.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Returns a reference that nobody can guess, from the randomness of this thread: that is seeded by
/// the operating system, which is not asked each time.
fn new_reference() -> String {
    let mut bytes = [0; 10];
    rand::rng().fill_bytes(&mut bytes);
    let letters = bytes.map(|byte| ALPHABET[usize::from(byte % 32)]);
    String::from_utf8(letters.to_vec()).unwrap_or_default()
}

/// Gives the request a reference and a log span with it, counts it, and records in the trace how it
/// was answered. `route` names it in logs and metrics: the template that matched; `None` if none did.
pub(crate) async fn around<F>(
    app: &AppState,
    route: Option<&str>,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    let reference = new_reference();
    let method = request.method().clone();
    let trace = traces::of_request(&method, route, &reference);
    if is_from_trusted_proxy(app, request.extensions()) {
        traces::go_on(&trace, request.headers());
    }
    let began = std::time::Instant::now();
    let series = app.metrics.series(route);
    let current = Answering {
        reference,
        asked: Some((method.clone(), Arc::clone(series.route()))),
        trace: trace.clone(),
    };
    let span = current.span();
    // On the heap: a task's spans and values are put around it, and each would copy it.
    let answer = Box::pin(async {
        let response = next(request).await;
        let (status, took) = (response.status().as_u16(), began.elapsed());
        traces::answered(&trace, status);
        app.metrics.answered(&series, method.as_str(), status, took);
        note_refusal(&response);
        let elapsed_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(status, elapsed_ms, "answered");
        response
    });
    let answer = answer.instrument(span).instrument(trace.clone());
    answering(current, answer).await
}

/// Gives a reference to work on a request outside of Postern's own router, and a log span with it.
pub(crate) async fn given<F: Future>(work: F) -> F::Output {
    let current = Answering {
        reference: new_reference(),
        asked: None,
        trace: tracing::Span::none(),
    };
    let span = current.span();
    answering(current, work.instrument(span)).await
}

/// Logs a refusal whose problem details have the reference: whoever reads that out is found.
pub(crate) fn note_refusal(response: &Response) {
    if let Some(error) = response.extensions().get::<ApiError>() {
        let status = response.status().as_u16();
        tracing::info!(code = error.code().as_str(), status, "request refused");
    }
}
