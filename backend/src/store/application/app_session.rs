//! Sessions at applications with a host of their own. Each begins with a ticket, and is a child of
//! the login that asked for it: no statement here finds it without its parent.

use std::time::Duration;

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::account::{Account, AccountId};
use crate::audit::{Actor, Event};
use crate::config::SessionConfig;
use crate::one_time_link::LinkHash;
use crate::session::{Session, TokenHash};
use crate::store::audit::insert_audit;
use crate::store::rows::AccountRow;
use crate::store::session::sessions::{COLUMNS, SessionRow};
use crate::store::{Result, Store, in_tx, on_database, on_writer};
use clock::Timestamp;
use shared::audit::AuditKind;

/// How long a ticket opens something: one redirect.
pub(crate) const TICKET_LIFETIME: Duration = Duration::from_secs(30);

/// How many ids one statement asks for.
const IDS_AT_ONCE: usize = 500;

#[derive(sqlx::FromRow)]
struct ParentRow {
    #[sqlx(flatten)]
    session: SessionRow,
    #[sqlx(flatten)]
    account: AccountRow,
}

impl Store {
    /// Creates a ticket for an application. `state` is the hash of what the browser keeps that
    /// asked for it: in no other browser does the ticket open anything.
    pub async fn create_ticket(
        &self,
        session_id: Uuid,
        app: &str,
        ticket: LinkHash,
        state: TokenHash,
        now: Timestamp,
    ) -> Result<()> {
        on_writer!(self, pool => {
            sqlx::query(
                "insert into app_session (app_session_id, session_id, app, ticket_hash, state_hash,
                    created_at, ticket_expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
            ).bind(Uuid::now_v7()).bind(session_id).bind(app).bind(ticket.as_bytes())
                .bind(state.as_bytes()).bind(now.unix()).bind(now.plus(TICKET_LIFETIME).unix())
                .execute(pool).await?;
        });
        Ok(())
    }

    /// Exchanges a ticket for a session at that application, once; `false` if it opens nothing: it
    /// is unknown, used, too old, of another application or another browser.
    pub async fn redeem_ticket(
        &self,
        app: &str,
        ticket: LinkHash,
        state: TokenHash,
        token: TokenHash,
        now: Timestamp,
    ) -> Result<bool> {
        let redeemed = on_writer!(self, pool => {
            sqlx::query(
                "update app_session set ticket_hash = null, state_hash = null, token_hash = $4
                 where ticket_hash = $1 and state_hash = $2 and app = $3 and ticket_expires_at > $5",
            ).bind(ticket.as_bytes()).bind(state.as_bytes()).bind(app).bind(token.as_bytes())
                .bind(now.unix()).execute(pool).await?.rows_affected()
        });
        Ok(redeemed > 0)
    }

    /// Returns the login that the session of that token at an application belongs to, live or not,
    /// and its account.
    pub async fn parent_of_app_session(
        &self,
        app: &str,
        token: TokenHash,
    ) -> Result<Option<(Session, Account)>> {
        let sql = format!(
            "select {COLUMNS}, account.* from app_session
                join session using (session_id) join account using (account_id)
             where app_session.token_hash = $1 and app_session.app = $2",
        );
        let row: Option<ParentRow> = on_database!(self, pool => {
            sqlx::query_as(&sql).bind(token.as_bytes()).bind(app).fetch_optional(pool).await?
        });
        Ok(row.map(|row| (row.session.into(), row.account.into())))
    }

    /// Ends the login that the session of that token at an application belongs to, and returns it.
    pub async fn take_parent_session(
        &self,
        app: &str,
        token: TokenHash,
        by: Actor,
    ) -> Result<Option<Session>> {
        let sql = format!(
            "delete from session where session_id =
                (select session_id from app_session where token_hash = $1 and app = $2)
             returning {COLUMNS}"
        );
        let row = in_tx!(self, tx => {
            let row: Option<SessionRow> = sqlx::query_as(&sql)
                .bind(token.as_bytes()).bind(app).fetch_optional(&mut *tx).await?;
            if let Some(row) = &row {
                let account_id = row.account_id();
                let by = by.account(account_id);
                insert_audit!(&mut *tx, by, Event::about(AuditKind::Logout, account_id))?;
            }
            row
        });
        Ok(row.map(Session::from))
    }

    /// Returns which of these logins still live, of accounts that are not disabled.
    pub async fn live_sessions(
        &self,
        ids: &[Uuid],
        config: &SessionConfig,
        now: Timestamp,
    ) -> Result<Vec<Uuid>> {
        let mut live = Vec::with_capacity(ids.len());
        for ids in ids.chunks(IDS_AT_ONCE) {
            let rows: Vec<(Uuid,)> = on_database!(self, pool => {
                let mut query = QueryBuilder::new(
                    "select session_id from session join account using (account_id)
                     where ended_at is null and disabled_at is null and expires_at > ",
                );
                query.push_bind(now.unix()).push(" and last_used_at > ")
                    .push_bind(now.minus(config.idle).unix()).push(" and session_id in (");
                let mut list = query.separated(", ");
                for id in ids {
                    list.push_bind(*id);
                }
                query.push(")").build_query_as().fetch_all(pool).await?
            });
            live.extend(rows.into_iter().map(|(id,)| id));
        }
        Ok(live)
    }

    /// Returns which applications the logins of an account have opened, or of all accounts for `None`:
    /// the login, and the application's name.
    pub async fn opened_applications(
        &self,
        account_id: Option<AccountId>,
    ) -> Result<Vec<(Uuid, String)>> {
        Ok(on_database!(self, pool => {
            sqlx::query_as(
                "select distinct session_id, app from app_session join session using (session_id)
                 where ($1 is null or account_id = $1) and app_session.token_hash is not null
                 order by session_id, app",
            ).bind(account_id).fetch_all(pool).await?
        }))
    }
}
