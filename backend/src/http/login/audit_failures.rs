//! Failures in the audit trail. Changes are recorded by the store.

use crate::account::AccountId;
use crate::app::AppState;
use crate::audit::Event;
use crate::failure::Cause;
use crate::http::extract::client::ClientInfo;
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

/// Records a failure that anybody can cause any number of times. Above a limit for each network, and
/// one for all of them, the rest is only logged, so that nobody can fill the database.
pub(crate) async fn failed_freely(
    app: &AppState,
    from: &ClientInfo,
    kind: AuditKind,
    failure: Failure<'_>,
) {
    if app.limits.may_record(from.address) {
        write(app, from, kind, failure).await;
    }
}

/// Records a failed guess. Their own limits bound how many come from a network, another limit how many
/// come from all of them, and no other failure can displace one.
pub(crate) async fn failed(
    app: &AppState,
    from: &ClientInfo,
    kind: AuditKind,
    failure: Failure<'_>,
) {
    if app.limits.may_record_guess() {
        write(app, from, kind, failure).await;
    }
}

/// Writes down a failure. A database that is away changes nothing in how it is answered.
async fn write(app: &AppState, from: &ClientInfo, kind: AuditKind, failure: Failure<'_>) {
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
