//! Pending links: which were spent, and which are void because of what happened since. The link
//! itself is in a cookie; what is here is kept until that cookie is too old.
//!
//! A link is void if it was created before a row of its account, of its identity, or of its session
//! at the OP. Their ids (UUID v7) say which was earlier.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A pending link that is being used.
#[derive(Debug, Clone, Copy)]
pub struct PendingUse<'a> {
    /// The link's id (UUID v7).
    pub id: Uuid,
    /// The session id at the OP, if it sent one.
    pub sid: Option<&'a str>,
}

/// What a row is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject<'a> {
    /// The link itself: it was spent.
    Link(Uuid),
    /// The account: its role, password or status was changed, or an identity was unlinked.
    Account(Uuid),
    /// The identity with this issuer and subject: it was unlinked, or logged out everywhere.
    Identity(&'a str, &'a str),
    /// The session at the OP with this issuer and `sid`: it was logged out.
    OpSession(&'a str, &'a str),
    /// The sessions at the OP of this identity for which it sent no `sid`: one was logged out.
    UnnamedOpSessions(&'a str, &'a str),
}

impl Subject<'_> {
    /// Returns the key of its row.
    pub(crate) fn key(self) -> Vec<u8> {
        let (kind, parts) = match self {
            Self::Link(id) => ("link", [id.to_string(), String::new()]),
            Self::Account(id) => ("account", [id.to_string(), String::new()]),
            Self::Identity(issuer, subject) => ("identity", [issuer, subject].map(str::to_owned)),
            Self::OpSession(issuer, sid) => ("sid", [issuer, sid].map(str::to_owned)),
            Self::UnnamedOpSessions(issuer, subject) => {
                ("no_sid", [issuer, subject].map(str::to_owned))
            }
        };
        let [one, other] = parts;
        Sha256::digest(format!("{kind}\0{one}\0{other}")).to_vec()
    }
}

/// Voids the pending links of that subject that were created before now.
macro_rules! void_pending {
    ($tx:expr, $subject:expr, $now:expr) => {
        sqlx::query(
            "insert into void_link (key_hash, created_before, stale_at) values ($1, $2, $3)
             on conflict (key_hash) do update set created_before = excluded.created_before,
                stale_at = excluded.stale_at",
        )
        .bind($subject.key())
        .bind(uuid::Uuid::now_v7())
        .bind($now.plus($crate::one_time_link::PENDING_LIFETIME).unix())
        .execute(&mut *$tx)
        .await
    };
}
pub(crate) use void_pending;

/// Spends a pending link of the identity to the account; returns false if it was spent before, or
/// is void. The account's row must be locked.
macro_rules! spend_pending {
    ($tx:expr, $pending:expr, $account_id:expr, $identity:expr, $now:expr) => {{
        use $crate::store::account::pending::{PendingUse, Subject};
        let (pending, issuer, subject): (PendingUse<'_>, &str, &str) =
            ($pending, $identity.issuer, $identity.subject);
        let is_first = sqlx::query(
            "insert into void_link (key_hash, created_before, stale_at) values ($1, $2, $3)
             on conflict (key_hash) do nothing",
        )
        .bind(Subject::Link(pending.id).key())
        .bind(pending.id)
        .bind($now.plus($crate::one_time_link::PENDING_LIFETIME).unix())
        .execute(&mut *$tx)
        .await?
        .rows_affected()
            > 0;
        let op_session = match pending.sid {
            Some(sid) => Subject::OpSession(issuer, sid),
            None => Subject::UnnamedOpSessions(issuer, subject),
        };
        let void: Vec<uuid::Uuid> = sqlx::query_scalar(
            "select created_before from void_link where key_hash in ($1, $2, $3)",
        )
        .bind(Subject::Account($account_id).key())
        .bind(Subject::Identity(issuer, subject).key())
        .bind(op_session.key())
        .fetch_all(&mut *$tx)
        .await?;
        is_first
            && void
                .iter()
                .all(|created_before| pending.id > *created_before)
    }};
}
pub(crate) use spend_pending;
