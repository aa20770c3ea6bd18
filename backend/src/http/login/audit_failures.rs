//! Failures in the audit trail. Whatever changes something is written down by the store.

use crate::account::AccountId;
use crate::app::AppState;
use crate::audit::Event;
use crate::failure::Cause;
use crate::http::extract::client::ClientInfo;
use crate::limits::Guess;
use crate::telemetry::chain;
use shared::audit::AuditKind;

/// The longest detail that is kept.
const MAX_DETAIL: usize = 500;

/// A login that failed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failure<'a> {
    /// Why.
    pub(crate) cause: Cause,
    /// Whose account it was about, where that is known.
    pub(crate) account: Option<AccountId>,
    /// What happened, as in the log.
    pub(crate) detail: Option<&'a str>,
}

/// Writes down a failure of which anybody can make any number. A network that makes too many has
/// the rest of them in the log alone: nobody may fill the database by it.
pub(crate) async fn failed_freely(
    app: &AppState,
    from: &ClientInfo,
    kind: AuditKind,
    failure: Failure<'_>,
) {
    let limited = app.limits.check(Guess::Failure, None, from.address);
    if limited.is_ok() {
        failed(app, from, kind, failure).await;
    }
}

/// Writes down a failed guess. There are no more of them than their own limits let through, and no
/// other failure can keep one out. A database that is away changes nothing in how it is answered.
pub(crate) async fn failed(
    app: &AppState,
    from: &ClientInfo,
    kind: AuditKind,
    failure: Failure<'_>,
) {
    let detail: Option<String> = failure
        .detail
        .map(|detail| detail.chars().take(MAX_DETAIL).collect());
    let event = Event {
        kind,
        account: failure.account,
        failure: Some(failure.cause),
        detail: detail.as_deref(),
    };
    if let Err(error) = app.store.record(&from.by(app.clock.now()), event).await {
        tracing::warn!("cannot write to the audit trail: {}", chain(&error));
    }
}
