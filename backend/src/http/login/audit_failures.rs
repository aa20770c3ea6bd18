//! Failures in the audit trail. Changes are recorded by the store.

use crate::account::AccountId;
use crate::app::AppState;
use crate::audit::Event;
use crate::failure::Cause;
use crate::http::extract::client::ClientInfo;
use crate::limits::Guess;
use crate::telemetry::chain;
use shared::audit::AuditKind;

/// The longest detail that is stored.
const MAX_DETAIL: usize = 500;

/// A login that failed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failure<'a> {
    /// Why.
    pub(crate) cause: Cause,
    /// The account it was about, if that is known.
    pub(crate) account: Option<AccountId>,
    /// What happened, as in the log.
    pub(crate) detail: Option<&'a str>,
}

/// Records a failure that anybody can cause any number of times. Above a limit for each network the
/// rest is only logged, so that nobody can fill the database.
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

/// Records a failed guess. Their own limits bound how many there are, and no other failure can
/// displace one. If the database is down, the answer is the same.
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
