//! Linked identities: the pair of issuer and subject, and the account it belongs to.

use shared::email::Email;
use uuid::Uuid;

use crate::account::{Account, AccountId, Identity};
use crate::audit::{Actor, Event};
use crate::session::TokenHash;
use crate::store::account::accounts::taken;
use crate::store::account::claims::vouch;
use crate::store::audit::insert_audit;
use crate::store::rows::{AccountRow, IdentityRow};
use crate::store::{ChangeError, Result, Store, in_tx, on_database};
use shared::audit::AuditKind;

/// An identity to link, or to update.
#[derive(Debug, Clone, Copy)]
pub struct NewIdentity<'a> {
    /// The OP's issuer identifier.
    pub issuer: &'a str,
    /// The subject there.
    pub subject: &'a str,
    /// The username at the OP, for display.
    pub username: Option<&'a str>,
    /// The email there, for display.
    pub email: Option<&'a Email>,
    /// Does the OP vouch for that email, or is it trusted?
    pub is_email_verified: bool,
}

impl NewIdentity<'_> {
    /// Returns the email as it is compared; `None` if the OP does not vouch for one.
    #[must_use]
    pub fn verified_email_key(&self) -> Option<String> {
        self.email
            .filter(|_| self.is_email_verified)
            .map(Email::key)
    }
}

/// Inserts an identity; `$executor` is a connection in a transaction.
macro_rules! insert_identity {
    ($executor:expr, $account_id:expr, $identity:expr, $now:expr) => {
        sqlx::query(
            "insert into identity (identity_id, account_id, issuer, subject, username, email,
                linked_at, last_login_at)
             values ($1, $2, $3, $4, $5, $6, $7, $7)",
        )
        .bind(uuid::Uuid::now_v7())
        .bind($account_id)
        .bind($identity.issuer)
        .bind($identity.subject)
        .bind($identity.username)
        .bind($identity.email.map(shared::email::Email::as_str))
        .bind($now.unix())
        .execute($executor)
        .await
    };
}
pub(crate) use insert_identity;

impl Store {
    /// Returns the account that the identity is linked to.
    pub async fn account_by_identity(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<Account>> {
        let row: Option<AccountRow> = on_database!(self, pool => {
            sqlx::query_as(
                "select account.* from account join identity using (account_id)
                 where issuer = $1 and subject = $2",
            ).bind(issuer).bind(subject).fetch_optional(pool).await?
        });
        Ok(row.map(Account::from))
    }

    /// Returns the account's identities, the oldest link first.
    pub async fn identities(&self, account_id: AccountId) -> Result<Vec<Identity>> {
        let rows: Vec<IdentityRow> = on_database!(self, pool => {
            sqlx::query_as("select * from identity where account_id = $1 order by linked_at, identity_id")
                .bind(account_id).fetch_all(pool).await?
        });
        Ok(rows.into_iter().map(Identity::from).collect())
    }

    /// Returns true if an admin could log in through an OP.
    pub async fn has_linked_admin(&self) -> Result<bool> {
        let (linked,): (bool,) = on_database!(self, pool => {
            sqlx::query_as(
                "select exists (select 1 from account join identity using (account_id)
                 where role = 'admin' and disabled_at is null)",
            ).fetch_one(pool).await?
        });
        Ok(linked)
    }

    /// Returns true if the account is linked to any subject of this issuer.
    pub async fn is_bound_at(&self, account_id: AccountId, issuer: &str) -> Result<bool> {
        let (bound,): (bool,) = on_database!(self, pool => {
            sqlx::query_as(
                "select exists (select 1 from identity where account_id = $1 and issuer = $2)",
            ).bind(account_id).bind(issuer).fetch_one(pool).await?
        });
        Ok(bound)
    }

    /// Links the identity to the account, and gives the session that asked another token. The
    /// table's constraints decide, not what was read before: of two links at once one finds
    /// `Taken`.
    pub async fn link_identity(
        &self,
        account_id: AccountId,
        identity: NewIdentity<'_>,
        rotate: (Uuid, TokenHash),
        by: Actor,
    ) -> std::result::Result<(), ChangeError> {
        let (session_id, token) = rotate;
        in_tx!(self, tx => {
            if let Err(error) = insert_identity!(&mut *tx, account_id, identity, by.at) {
                return Err(taken(error)?.into());
            }
            let event = Event::about(AuditKind::IdentityLinked, account_id).detail(identity.issuer);
            insert_audit!(&mut *tx, by, event)?;
            if let Some(key) = identity.verified_email_key() {
                vouch!(tx, account_id, key, by);
            }
            sqlx::query(
                "update session set token_hash = $2 where session_id = $1 and ended_at is null",
            ).bind(session_id).bind(token.as_bytes()).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Unlinks an identity of the account, unless it is the last way in: with
    /// `password_login` false, or without a password, another identity must remain.
    ///
    /// # Errors
    /// `Gone`, `LastWayIn`; the store's.
    pub async fn unlink_identity(
        &self,
        account_id: AccountId,
        identity_id: Uuid,
        password_login: bool,
        by: Actor,
    ) -> std::result::Result<(), ChangeError> {
        in_tx!(self, tx => {
            // Writing the account's row first makes two concurrent unlinks wait for each other.
            sqlx::query("update account set updated_at = $2 where account_id = $1")
                .bind(account_id).bind(by.at.unix()).execute(&mut *tx).await?;
            let found: Option<(String,)> = sqlx::query_as(
                "select issuer from identity where account_id = $1 and identity_id = $2",
            ).bind(account_id).bind(identity_id).fetch_optional(&mut *tx).await?;
            let (issuer,) = found.ok_or(ChangeError::Gone)?;
            let removed = sqlx::query(
                "delete from identity where account_id = $1 and identity_id = $2 and (
                    exists (select 1 from identity where account_id = $1 and identity_id <> $2)
                    or ($3 and exists (select 1 from account
                        where account_id = $1 and password_hash is not null)))",
            ).bind(account_id).bind(identity_id).bind(password_login)
                .execute(&mut *tx).await?.rows_affected() > 0;
            if !removed {
                return Err(ChangeError::LastWayIn);
            }
            let event = Event::about(AuditKind::IdentityUnlinked, account_id).detail(&issuer);
            insert_audit!(&mut *tx, by, event)?;
        });
        Ok(())
    }
}
