//! Sessions that the OP is asked about again.

use shared::audit::AuditKind;
use uuid::Uuid;

use crate::account::AccountId;
use crate::audit::{Actor, Event};
use crate::store::account::accounts::{guard_admins, lock_account};
use crate::store::account::claimed_role::{ClaimedRole, follow_claims};
use crate::store::account::pending::{Subject, void_pending};
use crate::store::audit::insert_audit;
use crate::store::identity::identities::{NewIdentity, keep_groups};
use crate::store::{Result, Store, in_tx, on_database, on_writer};
use clock::Timestamp;

/// What the OP said when it was asked again.
#[derive(Debug, Clone, Copy)]
pub struct Renewal<'a> {
    /// The session.
    pub session_id: Uuid,
    /// Its account.
    pub account_id: AccountId,
    /// What replaces the refresh token, sealed; `None` if that is still valid.
    pub sealed_token: Option<&'a str>,
    /// When the OP is asked the next time.
    pub due_at: Timestamp,
    /// The identity as it is now; `None` if the OP did not say.
    pub identity: Option<NewIdentity<'a>>,
    /// The role that the claims give; `None` if they decide none.
    pub role: Option<ClaimedRole<'a>>,
}

/// Which sessions end because of what the OP said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused<'a> {
    /// The one that was asked about.
    Session(Uuid),
    /// All that the identity began.
    Identity {
        /// Its issuer.
        issuer: &'a str,
        /// Its subject.
        subject: &'a str,
    },
}

impl Store {
    /// Claims it to ask the OP about a session, and returns the sealed refresh token. Of two
    /// requests at once, on whichever replica, one has it; `None` for the other, and if it is not
    /// due any more.
    pub async fn claim_recheck(
        &self,
        session_id: Uuid,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<String>> {
        Ok(on_writer!(self, pool => {
            sqlx::query_scalar(
                "update session set recheck_claimed_until = $3
                 where session_id = $1 and ended_at is null and refresh_token is not null
                    and recheck_at <= $2
                    and (recheck_claimed_until is null or recheck_claimed_until <= $2
                        or recheck_claimed_until > $3)
                 returning refresh_token",
            ).bind(session_id).bind(now.unix()).bind(until.unix()).fetch_optional(pool).await?
        }))
    }

    /// Returns true while somebody asks the OP about the session.
    pub async fn is_recheck_claimed(&self, session_id: Uuid, now: Timestamp) -> Result<bool> {
        Ok(on_database!(self, pool => {
            sqlx::query_scalar(
                "select exists (select 1 from session
                 where session_id = $1 and ended_at is null and recheck_at <= $2
                    and recheck_claimed_until > $2)",
            ).bind(session_id).bind(now.unix()).fetch_one(pool).await?
        }))
    }

    /// Has the OP asked later: it did not answer, or said nothing about the user.
    pub async fn postpone_recheck(&self, session_id: Uuid, due_at: Timestamp) -> Result<()> {
        on_writer!(self, pool => {
            sqlx::query(
                "update session set recheck_at = $2, recheck_claimed_until = null
                 where session_id = $1",
            ).bind(session_id).bind(due_at.unix()).execute(pool).await?;
        });
        Ok(())
    }

    /// Stores what the OP said: the next refresh token, the claims and the role, all or none.
    pub async fn renew_session(&self, renewal: &Renewal<'_>, by: &Actor) -> Result<()> {
        in_tx!(self, tx => {
            let role: Option<String> =
                sqlx::query_scalar("select role from account where account_id = $1")
                    .bind(renewal.account_id).fetch_optional(&mut *tx).await?;
            // First, as whoever else changes roles does: the other way round, two would wait for each
            // other for ever. Who keeps a role waits for nobody.
            if let Some(claimed) = renewal.role
                && role.as_deref() != Some(claimed.role.as_str())
            {
                guard_admins!(tx)?;
                if let Some(account) = lock_account!(tx, renewal.account_id)
                    && account.role != claimed.role
                {
                    follow_claims!(tx, &account, claimed, by);
                }
            }
            if let Some(identity) = &renewal.identity {
                sqlx::query(
                    "update identity set username = $4, email = $5
                     where issuer = $1 and subject = $2 and account_id = $3",
                )
                .bind(identity.issuer)
                .bind(identity.subject)
                .bind(renewal.account_id)
                .bind(identity.username)
                .bind(identity.email.map(shared::email::Email::as_str))
                .execute(&mut *tx)
                .await?;
                keep_groups!(tx, renewal.account_id, identity);
            }
            sqlx::query(
                "update session set refresh_token = coalesce($2, refresh_token), recheck_at = $3,
                    recheck_claimed_until = null
                 where session_id = $1 and ended_at is null",
            )
            .bind(renewal.session_id)
            .bind(renewal.sealed_token)
            .bind(renewal.due_at.unix())
            .execute(&mut *tx)
            .await?;
        });
        Ok(())
    }

    /// Ends sessions because the OP does not let their user in any more. The rows stay, without
    /// tokens, so that their owner can be told. Returns how many there were.
    pub async fn end_refused(&self, refused: Refused<'_>, detail: &str, by: &Actor) -> Result<u64> {
        let (session_id, issuer, subject) = match refused {
            Refused::Session(id) => (Some(id), None, None),
            Refused::Identity { issuer, subject } => (None, Some(issuer), Some(subject)),
        };
        in_tx!(self, tx => {
            let ended: Vec<(Uuid,)> = sqlx::query_as(
                "update session set ended_at = $1, id_token = null, refresh_token = null
                 where ended_at is null
                    and (session_id = $2 or (op_issuer = $3 and op_subject = $4))
                 returning account_id",
            )
            .bind(by.at.unix())
            .bind(session_id)
            .bind(issuer)
            .bind(subject)
            .fetch_all(&mut *tx)
            .await?;
            for (account_id,) in &ended {
                let event = Event::about(AuditKind::SessionEndedByOp, *account_id).detail(detail);
                insert_audit!(&mut *tx, by, event)?;
            }
            if let Refused::Identity { issuer, subject } = refused {
                void_pending!(tx, Subject::Identity(issuer, subject), by.at)?;
            }
            Ok(ended.len() as u64)
        })
    }
}
