//! What the operator needs at the command line: everybody's sessions, and names.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::account::AccountId;
use crate::audit::{Actor, Event};
use crate::config::SessionConfig;
use crate::session::Session;
use crate::store::audit::insert_audit;
use crate::store::session::sessions::{COLUMNS, SessionRow};
use crate::store::{Result, Store, in_tx, on_database};
use clock::Timestamp;
use shared::audit::AuditKind;

/// The most names among which a similar one is looked for.
const MOST_NAMES: i64 = 10_000;

/// A live session and its account.
#[derive(Debug, Clone)]
pub struct OpenSession {
    /// The session.
    pub session: Session,
    /// The username of its account.
    pub username: String,
}

/// Which sessions to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhichSessions {
    /// The one with this id.
    One(Uuid),
    /// Those of this account.
    Of(AccountId),
    /// Everybody's.
    All,
}

#[derive(sqlx::FromRow)]
struct OpenSessionRow {
    #[sqlx(flatten)]
    session: SessionRow,
    username: String,
}

impl Store {
    /// Returns the live sessions, of one account or of all, the last used first.
    pub async fn open_sessions(
        &self,
        account_id: Option<AccountId>,
        config: &SessionConfig,
        now: Timestamp,
    ) -> Result<Vec<OpenSession>> {
        let sql = format!(
            "select {COLUMNS}, username from session join account using (account_id)
             where expires_at > $1 and last_used_at > $2 and ended_at is null
                and ($3 is null or session.account_id = $3)
             order by last_used_at desc, session_id desc",
        );
        let rows: Vec<OpenSessionRow> = on_database!(self, pool => {
            sqlx::query_as(&sql)
                .bind(now.unix()).bind(now.minus(config.idle).unix()).bind(account_id)
                .fetch_all(pool).await?
        });
        let open = rows.into_iter().map(|row| OpenSession {
            session: row.session.into(),
            username: row.username,
        });
        Ok(open.collect())
    }

    /// Ends sessions for the operator; returns how many.
    pub async fn end_sessions(&self, which: WhichSessions, by: Actor) -> Result<u64> {
        let (session_id, account_id) = match which {
            WhichSessions::One(id) => (Some(id), None),
            WhichSessions::Of(id) => (None, Some(id)),
            WhichSessions::All => (None, None),
        };
        in_tx!(self, tx => {
            let ended: Vec<(Uuid,)> = sqlx::query_as(
                "delete from session where ended_at is null
                    and ($1 is null or session_id = $1) and ($2 is null or account_id = $2)
                 returning account_id",
            ).bind(session_id).bind(account_id).fetch_all(&mut *tx).await?;
            let mut of_account: BTreeMap<Uuid, u64> = BTreeMap::new();
            for (account_id,) in &ended {
                *of_account.entry(*account_id).or_default() += 1;
            }
            for (account_id, count) in of_account {
                let detail = (count > 1).then(|| format!("{count} logins"));
                let event = Event {
                    detail: detail.as_deref(),
                    ..Event::about(AuditKind::SessionEndedByAdmin, account_id)
                };
                insert_audit!(&mut *tx, by, event)?;
            }
            Ok(ended.len() as u64)
        })
    }

    /// Returns usernames, to suggest the one that a mistyped name may mean.
    pub async fn usernames(&self) -> Result<Vec<String>> {
        let names: Vec<(String,)> = on_database!(self, pool => {
            sqlx::query_as("select username from account order by username_key limit $1")
                .bind(MOST_NAMES).fetch_all(pool).await?
        });
        Ok(names.into_iter().map(|(name,)| name).collect())
    }
}
