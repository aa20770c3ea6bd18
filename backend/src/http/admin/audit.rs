//! The audit trail, for admins.

use axum::Json as Answer;
use axum::extract::{RawQuery, State};
use shared::audit::Audit;
use shared::error::ErrorCode;
use uuid::Uuid;

use crate::app::AppState;
use crate::http::error::ApiResult;
use crate::http::extract::principal::Admin;
use crate::store::{AuditFilter, PartyFilter};

/// How many entries a page has.
const PAGE: usize = 100;

/// Lists entries, the latest first; the query narrows them down.
///
/// # Errors
/// `forbidden` for who is no admin, `bad_request` for an id or a word that is none; an account may
/// be one that never was.
pub(crate) async fn list(
    State(app): State<AppState>,
    _: Admin,
    RawQuery(query): RawQuery,
) -> ApiResult<Answer<Audit>> {
    let mut filter = AuditFilter {
        // One more than is shown tells whether there are more.
        limit: i64::try_from(PAGE + 1).unwrap_or(i64::MAX),
        ..AuditFilter::default()
    };
    let id = |text: &str| Uuid::parse_str(text).map_err(|_| ErrorCode::BadRequest);
    // PostgreSQL takes no NUL for text.
    let word = |text: &str| match text.trim() {
        word if word.contains('\0') => Err(ErrorCode::BadRequest),
        word => Ok(word.to_owned()),
    };
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "account" => {
                let username = word(&value)?;
                // A username may look like an id; then it is both.
                let id = Uuid::parse_str(&username).ok();
                filter.party = Some(PartyFilter { id, username });
            }
            "kind" => filter.kind = Some(word(&value)?),
            "ref" => filter.reference = Some(word(&value)?),
            "before" => filter.before = Some(id(&value)?),
            _ => {}
        }
    }
    let mut entries = app.audit(&filter).await?;
    let has_more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let next = entries.last().filter(|_| has_more);
    Ok(Answer(Audit {
        next: next.map(|entry| entry.id.clone()),
        entries,
    }))
}
