//! Welcome links, found by the hash of their token.
//!
//! Every change of a link writes its account's row first, so that concurrent changes wait for each
//! other there and never deadlock.

use uuid::Uuid;

use crate::account::{AccountId, NewAccount};
use crate::audit::{Actor, Event};
use crate::one_time_link::{LinkHash, NewLink, OpenLink};
use crate::store::account::accounts::{
    ChangeError, close_setup, create_account, insert_account, taken,
};
use crate::store::audit::insert_audit;
use crate::store::rows::AccountRow;
use crate::store::{Result, Store, in_tx, on_database};
use clock::Timestamp;
use shared::audit::AuditKind;

/// An open link and its account.
#[derive(sqlx::FromRow)]
pub(crate) struct LinkRow {
    expires_at: i64,
    #[sqlx(flatten)]
    account: AccountRow,
}

impl From<LinkRow> for OpenLink {
    fn from(row: LinkRow) -> Self {
        Self {
            account: row.account.into(),
            expires_at: Timestamp::from_unix(row.expires_at),
        }
    }
}

/// Returns the link with that token from a table of links, unless it is expired or its account is
/// disabled.
macro_rules! open_link {
    ($store:expr, $table:literal, $hash:expr, $now:expr) => {{
        let row: Option<$crate::store::link::welcome::LinkRow> = on_database!($store, pool => {
            sqlx::query_as(concat!(
                "select expires_at, account.* from ",
                $table,
                " join account using (account_id)
                 where token_hash = $1 and expires_at > $2 and disabled_at is null",
            )).bind($hash.as_bytes()).bind($now.unix()).fetch_optional(pool).await?
        });
        Ok(row.map(Into::into))
    }};
}
pub(crate) use open_link;

/// Locks the account that a link is made for.
macro_rules! account_to_link {
    ($tx:expr, $id:expr) => {
        match $crate::store::account::accounts::lock_account!($tx, $id) {
            None => return Err(ChangeError::Gone),
            Some(account) if account.is_disabled() => return Err(ChangeError::Disabled),
            Some(account) => account,
        }
    };
}
pub(crate) use account_to_link;

/// Returns what a welcome link is for, by whether its account has a password already.
pub(crate) fn link_purpose(has_password: bool) -> &'static str {
    if has_password { "reset" } else { "welcome" }
}

/// Replaces the account's older link with this one, with its audit entry.
macro_rules! insert_link {
    ($tx:expr, $account_id:expr, $has_password:expr, $link:expr, $by:expr) => {{
        let purpose = link_purpose($has_password);
        sqlx::query(
            "insert into welcome_link (account_id, token_hash, purpose, made_by, made_at, expires_at)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (account_id) do update set token_hash = excluded.token_hash,
                purpose = excluded.purpose, made_by = excluded.made_by,
                made_at = excluded.made_at, expires_at = excluded.expires_at",
        )
        .bind($account_id)
        .bind($link.hash.as_bytes())
        .bind(purpose)
        .bind($by.actor)
        .bind($by.at.unix())
        .bind($link.expires_at.unix())
        .execute(&mut *$tx)
        .await?;
        let event = Event::about(AuditKind::WelcomeLinkCreated, $account_id).detail(purpose);
        insert_audit!(&mut *$tx, $by, event)
    }};
}

impl Store {
    /// Creates an account and, if wanted, the link for its owner to set a password: both or
    /// neither.
    pub async fn create_user(
        &self,
        new: &NewAccount,
        link: Option<NewLink>,
        by: Actor,
    ) -> std::result::Result<AccountId, ChangeError> {
        let id = Uuid::now_v7();
        in_tx!(self, tx => {
            if let Some(taken) = create_account!(tx, id, new, new.role.as_str(), by) {
                return Err(taken.into());
            }
            if let Some(link) = link {
                insert_link!(tx, id, new.password_hash.is_some(), link, by)?;
            }
        });
        Ok(id)
    }

    /// Creates a link for an account; an older one is void. Refused if the account is disabled.
    pub async fn create_welcome_link(
        &self,
        id: AccountId,
        link: NewLink,
        by: Actor,
    ) -> std::result::Result<(), ChangeError> {
        in_tx!(self, tx => {
            let account = account_to_link!(tx, id);
            insert_link!(tx, id, account.password_hash.is_some(), link, by)?;
        });
        Ok(())
    }

    /// Returns the link with that token, unless it is expired or its account is disabled.
    pub async fn welcome_link(&self, hash: LinkHash, now: Timestamp) -> Result<Option<OpenLink>> {
        open_link!(self, "welcome_link", hash, now)
    }
}
