//! Sessions, found by the hash of their token.

use std::cmp::Reverse;

use uuid::Uuid;

use crate::account::{Account, AccountId};
use crate::audit::{Actor, Event};
use crate::config::SessionConfig;
use crate::session::{Origin, Recheck, Session, TokenHash};
use crate::store::account::pending::{Subject, void_pending};
use crate::store::audit::insert_audit;
use crate::store::rows::AccountRow;
use crate::store::{Result, Store, in_tx, on_database, on_writer};
use clock::Timestamp;
use oidc::logout_token::LogoutToken;
use shared::audit::AuditKind;

#[derive(sqlx::FromRow)]
pub(crate) struct SessionRow {
    session_id: Uuid,
    #[sqlx(rename = "session_account_id")]
    account_id: Uuid,
    method: String,
    op_issuer: Option<String>,
    op_subject: Option<String>,
    op_sid: Option<String>,
    id_token: Option<String>,
    user_agent: Option<String>,
    address: Option<String>,
    started_at: i64,
    last_used_at: i64,
    confirmed_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
    refresh_token: Option<String>,
    recheck_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct SessionAndAccountRow {
    #[sqlx(flatten)]
    session: SessionRow,
    #[sqlx(flatten)]
    account: AccountRow,
}

impl SessionRow {
    /// Returns whose it is.
    pub(crate) fn account_id(&self) -> AccountId {
        self.account_id
    }
}

/// The columns of [`SessionRow`].
pub(crate) const COLUMNS: &str =
    "session_id, session.account_id as session_account_id, method, op_issuer, op_subject,
    op_sid, id_token, user_agent, address, started_at, last_used_at, confirmed_at, expires_at, ended_at,
    refresh_token, recheck_at";

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        let origin = match (row.method.as_str(), row.op_issuer) {
            ("openid", Some(issuer)) => Origin::Openid {
                issuer,
                subject: row.op_subject,
                sid: row.op_sid,
                id_token: row.id_token,
                recheck: row
                    .refresh_token
                    .zip(row.recheck_at)
                    .map(|(token, at)| Recheck {
                        sealed_token: token,
                        due_at: Timestamp::from_unix(at),
                    }),
            },
            ("welcome_link", _) => Origin::WelcomeLink,
            ("login_link", _) => Origin::LoginLink,
            ("setup", _) => Origin::Setup,
            // The table admits no other method.
            _ => Origin::Password,
        };
        Self {
            id: row.session_id,
            account_id: row.account_id,
            origin,
            user_agent: row.user_agent,
            address: row.address,
            started_at: Timestamp::from_unix(row.started_at),
            last_used_at: Timestamp::from_unix(row.last_used_at),
            confirmed_at: Timestamp::from_unix(row.confirmed_at),
            expires_at: Timestamp::from_unix(row.expires_at),
            ended_at: row.ended_at.map(Timestamp::from_unix),
        }
    }
}

/// Inserts a session; `$executor` is a connection in a transaction.
macro_rules! insert_session {
    ($executor:expr, $session:expr, $token:expr) => {{
        let (session, token): (&$crate::session::Session, $crate::session::TokenHash) =
            ($session, $token);
        let (issuer, subject, sid, id_token, recheck) = match &session.origin {
            $crate::session::Origin::Openid {
                issuer,
                subject,
                sid,
                id_token,
                recheck,
            } => (Some(issuer), subject.as_ref(), sid.as_ref(), id_token.as_ref(), recheck.as_ref()),
            _ => (None, None, None, None, None),
        };
        sqlx::query(
            "insert into session (session_id, account_id, token_hash, method, op_issuer, op_subject,
                op_sid, id_token, user_agent, address, started_at, last_used_at, confirmed_at, expires_at,
                refresh_token, recheck_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        )
        .bind(session.id).bind(session.account_id).bind(token.as_bytes())
        .bind(session.origin.method().as_str()).bind(issuer).bind(subject).bind(sid).bind(id_token)
        .bind(&session.user_agent).bind(&session.address)
        .bind(session.started_at.unix()).bind(session.last_used_at.unix())
        .bind(session.confirmed_at.unix()).bind(session.expires_at.unix())
        .bind(recheck.map(|recheck| &recheck.sealed_token))
        .bind(recheck.map(|recheck| recheck.due_at.unix()))
        .execute($executor)
        .await
    }};
}
pub(crate) use insert_session;

/// What became of a logout token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedByOp {
    /// So many sessions ended.
    Ended(u64),
    /// None: the token was taken before.
    Replayed,
    /// None: its `sid` is that of a session of another user than its `sub`.
    OtherUser,
}

impl Store {
    /// Returns the session with that token and its account, live or not, from the database.
    pub async fn session_by_token(&self, token: TokenHash) -> Result<Option<(Session, Account)>> {
        let sql = format!(
            "select {COLUMNS}, account.* from session join account using (account_id)
             where token_hash = $1",
        );
        let row: Option<SessionAndAccountRow> = on_database!(self, pool => {
            sqlx::query_as(&sql).bind(token.as_bytes()).fetch_optional(pool).await?
        });
        Ok(row.map(|row| (row.session.into(), row.account.into())))
    }

    /// Records that its owner confirmed the session.
    pub async fn confirm_session(&self, id: Uuid, now: Timestamp) -> Result<()> {
        on_writer!(self, pool => {
            sqlx::query("update session set confirmed_at = $2 where session_id = $1")
                .bind(id).bind(now.unix()).execute(pool).await?;
        });
        Ok(())
    }

    /// Ends the session with that token and returns it.
    pub async fn take_session(&self, token: TokenHash, by: Actor) -> Result<Option<Session>> {
        let sql = format!("delete from session where token_hash = $1 returning {COLUMNS}");
        let row = in_tx!(self, tx => {
            let row: Option<SessionRow> =
                sqlx::query_as(&sql).bind(token.as_bytes()).fetch_optional(&mut *tx).await?;
            if let Some(row) = &row {
                let by = by.account(row.account_id);
                insert_audit!(&mut *tx, by, Event::about(AuditKind::Logout, row.account_id))?;
            }
            row
        });
        Ok(row.map(Session::from))
    }

    /// Ends one session of the account; `false` if it has no such session.
    pub async fn end_session(&self, account_id: AccountId, id: Uuid, by: Actor) -> Result<bool> {
        in_tx!(self, tx => {
            let ended = sqlx::query(
                "delete from session where account_id = $1 and session_id = $2 and ended_at is null",
            ).bind(account_id).bind(id).execute(&mut *tx).await?.rows_affected() > 0;
            if ended {
                insert_audit!(&mut *tx, by, Event::about(AuditKind::SessionEnded, account_id))?;
            }
            Ok(ended)
        })
    }

    /// Ends all sessions of the account but one; returns how many.
    pub async fn end_other_sessions(
        &self,
        account_id: AccountId,
        keep: Uuid,
        by: Actor,
    ) -> Result<u64> {
        in_tx!(self, tx => {
            let ended = sqlx::query("delete from session where account_id = $1 and session_id <> $2")
                .bind(account_id).bind(keep).execute(&mut *tx).await?.rows_affected();
            if ended > 0 {
                let detail = format!("all others: {ended}");
                let event = Event::about(AuditKind::SessionEnded, account_id).detail(&detail);
                insert_audit!(&mut *tx, by, event)?;
            }
            Ok(ended)
        })
    }

    /// Ends the sessions that a logout token names: that of its `sid`, else all of its `sub`. The
    /// rows stay, without the ID token, so that their owner can be told. Returns how many there
    /// were.
    ///
    /// With a `sid`, a session of the same user which has none ends too: the OP did not tell at
    /// login which of its sessions it was. A `sid` that is another user's ends nothing.
    pub async fn end_sessions_by_op(&self, token: &LogoutToken, by: Actor) -> Result<EndedByOp> {
        in_tx!(self, tx => {
            let is_new = sqlx::query(
                "insert into logout_token (jti_hash, stale_at) values ($1, $2) on conflict (jti_hash) do nothing",
            ).bind(&token.jti_hash[..]).bind(token.stale_at.unix())
                .execute(&mut *tx).await?.rows_affected() > 0;
            if !is_new {
                return Ok(EndedByOp::Replayed);
            }
            let is_of_another: bool = sqlx::query_scalar(
                "select exists (select 1 from session
                 where method = 'openid' and op_issuer = $1 and op_sid = $2 and op_subject <> $3)",
            ).bind(&token.issuer).bind(&token.sid).bind(&token.subject)
                .fetch_one(&mut *tx).await?;
            if is_of_another {
                return Ok(EndedByOp::OtherUser);
            }
            let ended: Vec<(Uuid,)> = sqlx::query_as(
                "update session set ended_at = $1, id_token = null, refresh_token = null
                 where method = 'openid' and op_issuer = $2 and ended_at is null and (
                    op_sid = $3 or (op_subject = $4 and ($3 is null or op_sid is null)))
                 returning account_id",
            ).bind(by.at.unix()).bind(&token.issuer).bind(&token.sid).bind(&token.subject)
                .fetch_all(&mut *tx).await?;
            for (account_id,) in &ended {
                insert_audit!(&mut *tx, by, Event::about(AuditKind::SessionEndedByOp, *account_id))?;
            }
            // What waits for its person's answer belongs to the session at the OP as well.
            let of_sid = token.sid.as_ref().map(|sid| Subject::OpSession(&token.issuer, sid));
            let of_user = token.subject.as_ref().map(|subject| match token.sid {
                Some(_) => Subject::UnnamedOpSessions(&token.issuer, subject),
                None => Subject::Identity(&token.issuer, subject),
            });
            for of in of_sid.into_iter().chain(of_user) {
                void_pending!(tx, of, by.at)?;
            }
            Ok(EndedByOp::Ended(ended.len() as u64))
        })
    }

    /// Returns true if most people log in through the OP: three of four of the newest sessions, if
    /// there are enough of them.
    pub async fn prefers_openid(&self) -> Result<bool> {
        let (all, openid): (i64, i64) = on_database!(self, pool => {
            sqlx::query_as(
                "select count(*), count(case when method = 'openid' then 1 end)
                 from (select method from session order by session_id desc limit 200) as newest",
            ).fetch_one(pool).await?
        });
        Ok(all >= 5 && openid * 4 >= all * 3)
    }

    /// Returns the account's live sessions, the last used first.
    pub async fn sessions(
        &self,
        account_id: AccountId,
        config: &SessionConfig,
        now: Timestamp,
    ) -> Result<Vec<Session>> {
        let sql = format!(
            "select {COLUMNS} from session where account_id = $1 and expires_at > $2 and last_used_at > $3 and ended_at is null
             order by last_used_at desc, session_id desc",
        );
        let rows: Vec<SessionRow> = on_database!(self, pool => {
            sqlx::query_as(&sql).bind(account_id).bind(now.unix()).bind(now.minus(config.idle).unix())
                .fetch_all(pool).await?
        });
        let mut sessions: Vec<Session> = rows.into_iter().map(Session::from).collect();
        // Some uses are not written yet.
        let noted = self.uses.noted();
        for session in &mut sessions {
            session.last_used_at = *noted.get(&session.id).unwrap_or(&session.last_used_at);
        }
        sessions.sort_unstable_by_key(|session| Reverse((session.last_used_at, session.id)));
        Ok(sessions)
    }
}
