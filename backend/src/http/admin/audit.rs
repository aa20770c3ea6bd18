//! The audit trail, for admins.

use shared::api::ListAudit;
use shared::audit::{Audit, AuditEntry, AuditKind};
use shared::error::ErrorCode;
use uuid::Uuid;

use crate::app::AppState;
use crate::config::Config;
use crate::http::api::{Answer, Call, Reply};
use crate::http::extract::language::language;
use crate::present::identity::issuer_label;
use crate::store::{AuditFilter, PartyFilter};

/// How many entries a page has.
const PAGE: usize = 100;

/// Lists entries, the latest first; the query narrows them down.
///
/// # Errors
/// `forbidden` if the caller is not an admin, `bad_request` for a malformed id or an unknown word.
/// The account may no longer exist.
pub(crate) async fn list(app: AppState, call: Call<ListAudit>) -> Reply<ListAudit> {
    // PostgreSQL refuses NUL in text.
    let word = |text: String| match text.trim() {
        word if word.contains('\0') => Err(ErrorCode::BadRequest),
        word => Ok(word.to_owned()),
    };
    let query = call.query;
    let account = query.account.map(word).transpose()?;
    let before = query.before.map(|id| Uuid::parse_str(&id));
    let filter = AuditFilter {
        party: account.map(|username| {
            // A username may look like an id; then both match.
            let id = Uuid::parse_str(&username).ok();
            PartyFilter { id, username }
        }),
        kind: query.kind.map(word).transpose()?,
        reference: query.reference.map(word).transpose()?,
        before: before.transpose().map_err(|_| ErrorCode::BadRequest)?,
        // One more than is shown tells whether there are more.
        limit: i64::try_from(PAGE + 1).unwrap_or(i64::MAX),
        ..AuditFilter::default()
    };
    let mut entries = app.audit(&filter, language(&call.headers)).await?;
    let has_more = entries.len() > PAGE;
    entries.truncate(PAGE);
    for entry in &mut entries {
        name_provider(&app.config, entry);
    }
    let next = entries.last().filter(|_| has_more);
    Ok(Answer::new(Audit {
        next: next.map(|entry| entry.id.clone()),
        entries,
    }))
}

/// Adds the display name of the provider whose issuer is the entry's detail.
fn name_provider(config: &Config, entry: &mut AuditEntry) {
    let has_issuer = matches!(
        AuditKind::parse(&entry.kind),
        Some(AuditKind::Login | AuditKind::IdentityLinked | AuditKind::IdentityUnlinked)
    );
    let issuer = entry.detail.as_deref().filter(|_| has_issuer);
    let issuer = issuer.filter(|issuer| issuer.starts_with("http"));
    entry.provider = issuer.map(|issuer| issuer_label(config, issuer));
}
