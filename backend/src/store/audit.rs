//! The audit trail's rows.

use shared::audit::{AuditEntry, Party};
use uuid::Uuid;

use super::{Result, Store, on_database, on_writer};
use crate::account::username_key;
use crate::audit::{Actor, Event};
use crate::failure::Cause;
use clock::Timestamp;

/// Failures are deleted after 90 days, because anybody can cause them.
const KEEP_FAILURES: std::time::Duration = std::time::Duration::from_secs(90 * 86_400);
/// Everything else is deleted after two years.
const KEEP: std::time::Duration = std::time::Duration::from_secs(2 * 365 * 86_400);

/// Inserts an entry; `$executor` is a pool or a connection in a transaction. The usernames are
/// stored as they are now: accounts are renamed and deleted, entries are not.
macro_rules! insert_audit {
    ($executor:expr, $by:expr, $event:expr) => {{
        let (by, event): (&$crate::audit::Actor, $crate::audit::Event<'_>) = (&$by, $event);
        sqlx::query(
            "insert into audit (audit_id, at, kind, code, actor_id, actor, account_id, account, address, ref, detail,
                operator, cause)
             values ($1, $2, $3, $4, $5, (select username from account where account_id = $5),
                $6, (select username from account where account_id = $6), $7, $8, $9, $10, $11)",
        )
        .bind(uuid::Uuid::now_v7())
        .bind(by.at.unix())
        .bind(event.kind.as_str())
        .bind(event.failure.map(|cause| cause.code().as_str()))
        .bind(by.actor)
        .bind(event.account)
        .bind(by.address.map(|address| address.to_string()))
        .bind(&by.reference)
        .bind(event.detail)
        .bind(&by.operator)
        .bind(event.failure.map($crate::failure::Cause::as_str))
        .execute($executor)
        .await
    }};
}
pub(super) use insert_audit;

/// Which account to look for: it has the id, or had the username at the time.
#[derive(Debug, Clone)]
pub struct PartyFilter {
    /// The account's id; `None` if only the username is known.
    pub id: Option<Uuid>,
    /// The account's username, in any case.
    pub username: String,
}

/// Which entries to list, the latest first.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Done by or to this account.
    pub party: Option<PartyFilter>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Of the request with this reference.
    pub reference: Option<String>,
    /// At this time or later.
    pub since: Option<Timestamp>,
    /// Before this entry.
    pub before: Option<Uuid>,
    /// At most this many.
    pub limit: i64,
}

#[derive(sqlx::FromRow)]
struct AuditRow {
    audit_id: Uuid,
    at: i64,
    kind: String,
    code: Option<String>,
    actor_id: Option<Uuid>,
    actor: Option<String>,
    account_id: Option<Uuid>,
    account: Option<String>,
    address: Option<String>,
    #[sqlx(rename = "ref")]
    reference: Option<String>,
    detail: Option<String>,
    operator: Option<String>,
    cause: Option<String>,
}

/// The entry, and the cause of the failure that it records.
impl From<AuditRow> for (AuditEntry, Option<Cause>) {
    fn from(row: AuditRow) -> Self {
        let party = |id: Option<Uuid>, username| {
            id.map(|id| Party {
                id: id.to_string(),
                username,
            })
        };
        let code = row.code.as_deref();
        let cause = code.and_then(|code| Cause::recorded(row.cause.as_deref(), code));
        let entry = AuditEntry {
            id: row.audit_id.to_string(),
            at: row.at,
            kind: row.kind,
            code: row.code,
            actor: party(row.actor_id, row.actor),
            operator: row.operator,
            account: party(row.account_id, row.account),
            address: row.address,
            reference: row.reference,
            detail: row.detail,
            provider: None,
            cause: None,
            remedy: None,
        };
        (entry, cause)
    }
}

impl Store {
    /// Records an event that changed nothing else: a failure.
    pub async fn record(&self, by: &Actor, event: Event<'_>) -> Result<()> {
        on_writer!(self, pool => { insert_audit!(pool, *by, event)?; });
        Ok(())
    }

    /// Returns entries, the latest first, each with the cause of a failure.
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<(AuditEntry, Option<Cause>)>> {
        let rows: Vec<AuditRow> = on_database!(self, pool => {
            let mut query = sqlx::QueryBuilder::new(
                "select audit_id, at, kind, code, actor_id, actor, account_id, account, address, ref, detail,
                    operator, cause
                 from audit where true",
            );
            if let Some(party) = &filter.party {
                // Only these are in the brackets: each has an index, and a null id equals nothing.
                let name = username_key(&party.username);
                query.push(" and (account_id = ").push_bind(party.id);
                query.push(" or actor_id = ").push_bind(party.id);
                query.push(" or lower(account) = ").push_bind(name.clone());
                query.push(" or lower(actor) = ").push_bind(name).push(")");
            }
            if let Some(kind) = &filter.kind {
                query.push(" and kind = ").push_bind(kind);
            }
            if let Some(reference) = &filter.reference {
                query.push(" and ref = ").push_bind(reference);
            }
            if let Some(since) = filter.since {
                query.push(" and at >= ").push_bind(since.unix());
            }
            if let Some(before) = filter.before {
                query.push(" and audit_id < ").push_bind(before);
            }
            query.push(" order by audit_id desc limit ").push_bind(filter.limit);
            query.build_query_as().fetch_all(pool).await?
        });
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Returns when something was last written down before that time, in the audit trail or as the
    /// use of a session; `None` if nothing was.
    pub async fn newest_before(&self, time: Timestamp) -> Result<Option<Timestamp>> {
        let (entry, use_of_session): (Option<i64>, Option<i64>) = on_database!(self, pool => {
            sqlx::query_as(
                "select (select max(at) from audit where at < $1),
                    (select max(last_used_at) from session where last_used_at < $1)",
            ).bind(time.unix()).fetch_one(pool).await?
        });
        Ok(entry.max(use_of_session).map(Timestamp::from_unix))
    }

    /// Removes the entries that are past their time; returns how many.
    pub async fn sweep_audit(&self, now: Timestamp) -> Result<u64> {
        let swept = on_writer!(self, pool => {
            sqlx::query(
                "delete from audit where at <= $1 or (at <= $2 and kind in ('login_failed', 'setup_failed', 'welcome_failed'))",
            )
            .bind(now.minus(KEEP).unix()).bind(now.minus(KEEP_FAILURES).unix())
            .execute(pool).await?.rows_affected()
        });
        Ok(swept)
    }
}
