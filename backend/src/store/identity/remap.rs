//! Moves identities of an OP whose issuer changed and whose subjects did not.

use crate::account::AccountId;
use crate::audit::{Actor, Event};
use crate::store::account::accounts::{ChangeError, taken};
use crate::store::audit::insert_audit;
use crate::store::identity::identities::NewIdentity;
use crate::store::{Result, Store, in_tx, on_database};
use shared::audit::AuditKind;

/// What a remap would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remap {
    /// The identities at the old issuer, by username.
    pub moves: Vec<Move>,
    /// The ones that cannot be moved.
    pub conflicts: Vec<Conflict>,
    /// How many sessions came from the old issuer.
    pub sessions: u64,
}

/// An identity and its account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Move {
    /// Its account.
    pub account_id: AccountId,
    /// The account's username.
    pub username: String,
    /// The subject, at both issuers.
    pub subject: String,
}

/// Why an identity cannot be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// The account already has an identity at the new issuer.
    Bound {
        /// The account's username.
        username: String,
        /// The subject that it has there.
        subject: String,
    },
    /// Another account has this subject at the new issuer.
    Taken {
        /// The username of the account at the old issuer.
        username: String,
        /// The subject.
        subject: String,
        /// The username of the other account.
        by: String,
    },
}

/// An identity at the old issuer, and what blocks it at the new one.
#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    identity: Move,
    bound_subject: Option<String>,
    taken_by: Option<String>,
}

/// Finds out what a remap would do; `$executor` gives connections.
macro_rules! plan {
    ($executor:expr, $from:expr, $to:expr) => {{
        let rows: Vec<Row> = sqlx::query_as(
            "select identity.account_id, account.username, identity.subject,
                (select there.subject from identity as there
                    where there.account_id = identity.account_id and there.issuer = $2)
                    as bound_subject,
                (select owner.username from identity as there
                    join account as owner on owner.account_id = there.account_id
                    where there.issuer = $2 and there.subject = identity.subject
                        and there.account_id <> identity.account_id) as taken_by
             from identity join account on account.account_id = identity.account_id
             where identity.issuer = $1 order by account.username_key",
        )
        .bind($from)
        .bind($to)
        .fetch_all($executor)
        .await?;
        rows
    }};
}

/// Counts the sessions that came from an issuer.
const COUNT_SESSIONS: &str =
    "select count(*) from session where op_issuer = $1 and ended_at is null";

impl Remap {
    fn of(rows: Vec<Row>, sessions: i64) -> Self {
        let mut plan = Self {
            sessions: u64::try_from(sessions).unwrap_or_default(),
            ..Self::default()
        };
        for row in rows {
            let username = || row.identity.username.clone();
            if let Some(subject) = row.bound_subject {
                let username = username();
                plan.conflicts.push(Conflict::Bound { username, subject });
            }
            if let Some(by) = row.taken_by {
                let (username, subject) = (username(), row.identity.subject.clone());
                plan.conflicts.push(Conflict::Taken {
                    username,
                    subject,
                    by,
                });
            }
            plan.moves.push(row.identity);
        }
        plan
    }
}

impl Store {
    /// Returns the issuers of all identities, with the number of each, the most first.
    pub async fn issuers(&self) -> Result<Vec<(String, i64)>> {
        let issuers = on_database!(self, pool => {
            sqlx::query_as("select issuer, count(*) from identity group by issuer order by 2 desc, 1")
                .fetch_all(pool).await?
        });
        Ok(issuers)
    }

    /// Returns another issuer that knows the subject or the email of an identity: the OP may have
    /// moved from there. `None` if there is none.
    pub async fn earlier_issuer(&self, identity: NewIdentity<'_>) -> Result<Option<String>> {
        let issuer = on_database!(self, pool => {
            sqlx::query_scalar(
                "select issuer from identity
                 where issuer <> $1 and (subject = $2 or lower(email) = lower($3))
                 order by case when subject = $2 then 0 else 1 end, last_login_at desc limit 1",
            ).bind(identity.issuer).bind(identity.subject).bind(identity.email.map(shared::email::Email::as_str))
                .fetch_optional(pool).await?
        });
        Ok(issuer)
    }

    /// Does another subject of the same issuer have the email of an identity?
    pub async fn knows_email_of_other_subject(&self, identity: NewIdentity<'_>) -> Result<bool> {
        let (known,): (bool,) = on_database!(self, pool => {
            sqlx::query_as(
                "select exists (select 1 from identity
                 where issuer = $1 and subject <> $2 and lower(email) = lower($3))",
            ).bind(identity.issuer).bind(identity.subject).bind(identity.email.map(shared::email::Email::as_str))
                .fetch_one(pool).await?
        });
        Ok(known)
    }

    /// Returns what [`Store::remap_identities`] would do.
    pub async fn plan_remap(&self, from: &str, to: &str) -> Result<Remap> {
        on_database!(self, pool => {
            let rows = plan!(pool, from, to);
            let sessions = sqlx::query_scalar(COUNT_SESSIONS).bind(from).fetch_one(pool).await?;
            Ok(Remap::of(rows, sessions))
        })
    }

    /// Moves all identities of one issuer to another one, or none if there are conflicts. Sessions
    /// that came from there continue, and end by a logout token of the new issuer. Their ID token
    /// is dropped, because the new issuer accepts no hint of the old one.
    ///
    /// # Errors
    /// `Taken`: somebody linked one meanwhile; the store's.
    pub async fn remap_identities(
        &self,
        from: &str,
        to: &str,
        by: Actor,
    ) -> std::result::Result<Remap, ChangeError> {
        in_tx!(self, tx => {
            let rows = plan!(&mut *tx, from, to);
            let sessions =
                sqlx::query_scalar(COUNT_SESSIONS).bind(from).fetch_one(&mut *tx).await?;
            let plan = Remap::of(rows, sessions);
            if !plan.conflicts.is_empty() {
                return Ok(plan);
            }
            for moved in &plan.moves {
                let written = sqlx::query(
                    "update identity set issuer = $3
                     where issuer = $1 and subject = $2 and account_id = $4",
                ).bind(from).bind(&moved.subject).bind(to).bind(moved.account_id)
                    .execute(&mut *tx).await;
                if let Err(error) = written {
                    return Err(taken(error)?.into());
                }
                let detail = format!("{from} -> {to}");
                let event = Event::about(AuditKind::IdentityMoved, moved.account_id).detail(&detail);
                insert_audit!(&mut *tx, by, event)?;
            }
            sqlx::query("update session set op_issuer = $2, id_token = null where op_issuer = $1")
                .bind(from).bind(to).execute(&mut *tx).await?;
            Ok(plan)
        })
    }
}
