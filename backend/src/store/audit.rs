//! The audit trail's rows.

use shared::audit::{AuditEntry, Party};
use uuid::Uuid;

use super::{Result, Store, on_database, on_writer};
use crate::account::username_key;
use crate::audit::{Actor, Event};
use crate::failure::Cause;
use clock::Timestamp;

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

/// Adds what does not depend on the account; `$kind` is how to name the kind.
macro_rules! narrow {
    ($query:expr, $filter:expr, $kind:expr) => {
        if let Some(kind) = &$filter.kind {
            $query.push(concat!(" and ", $kind, " = ")).push_bind(kind);
        }
        if let Some(reference) = &$filter.reference {
            $query.push(" and ref = ").push_bind(reference);
        }
        if let Some(since) = $filter.since {
            $query.push(" and at >= ").push_bind(since.unix());
        }
        if let Some(before) = $filter.before {
            $query.push(" and audit_id < ").push_bind(before);
        }
    };
}

/// Ends a statement that gives the newest entries.
macro_rules! newest {
    ($query:expr, $filter:expr) => {
        $query
            .push(" order by audit_id desc limit ")
            .push_bind($filter.limit)
    };
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

/// Returns the statement that reads entries.
macro_rules! entries {
    ($filter:expr) => {{
        let mut query = sqlx::QueryBuilder::new(
            "select audit_id, at, kind, code, actor_id, actor, account_id, account, address, ref, detail,
                operator, cause
             from audit where true",
        );
        if let Some(party) = &$filter.party {
            // The newest of each way in which an entry can be about the account: each has an index
            // in this order, and a null id equals nothing.
            let name = username_key(&party.username);
            query.push(" and audit_id in (");
            for (place, column) in ["account_id", "actor_id", "lower(account)", "lower(actor)"]
                .into_iter()
                .enumerate()
            {
                query.push(if place == 0 { "" } else { " union " });
                query.push("select * from (select audit_id from audit where ");
                query.push(column).push(" = ");
                if column.ends_with("_id") {
                    query.push_bind(party.id);
                } else {
                    query.push_bind(name.clone());
                }
                // Not the plain column, whose index has more rows.
                narrow!(query, $filter, "kind || ''");
                newest!(query, $filter).push(format!(") as by_{place}"));
            }
            query.push(")");
        }
        narrow!(query, $filter, "kind");
        newest!(query, $filter);
        query
    }};
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
            let mut query = entries!(filter);
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
}

#[cfg(test)]
mod tests {
    use super::{AuditFilter, PartyFilter};
    use crate::account::username_key;
    use crate::store::engine::plan::Plans;
    use clock::Timestamp;
    use sqlx::{QueryBuilder, Sqlite};
    use uuid::Uuid;

    #[tokio::test]
    async fn no_filter_reads_the_whole_trail() {
        let plans = Plans::open().await;
        let kind = Some("login".to_owned());
        let party = Some(PartyFilter {
            id: Some(Uuid::nil()),
            username: "alice".to_owned(),
        });
        for (filter, index) in [
            (AuditFilter::default(), "sqlite_autoindex_audit"),
            (
                AuditFilter {
                    before: Some(Uuid::nil()),
                    since: Some(Timestamp::from_unix(0)),
                    ..AuditFilter::default()
                },
                "sqlite_autoindex_audit",
            ),
            (
                AuditFilter {
                    kind: kind.clone(),
                    before: Some(Uuid::nil()),
                    ..AuditFilter::default()
                },
                "audit_kind",
            ),
            (
                AuditFilter {
                    reference: Some("r".to_owned()),
                    ..AuditFilter::default()
                },
                "audit_ref",
            ),
            (
                AuditFilter {
                    party: party.clone(),
                    kind,
                    ..AuditFilter::default()
                },
                "audit_actor_name",
            ),
            (
                AuditFilter {
                    party,
                    ..AuditFilter::default()
                },
                "audit_account",
            ),
        ] {
            let query: QueryBuilder<'_, Sqlite> = entries!(filter);

            let plan = plans.lines(query.sql()).await;

            assert!(plan.iter().any(|step| step.contains(index)), "{plan:#?}");
            let mut faults = plans.faults(query.sql()).await;
            // A page of them is sorted.
            let is_sorted_later = filter.party.is_some() || filter.reference.is_some();
            faults.retain(|step| !(is_sorted_later && step.contains("B-TREE")));
            assert_eq!(faults, Vec::<String>::new(), "{plan:#?}");
        }
    }
}
