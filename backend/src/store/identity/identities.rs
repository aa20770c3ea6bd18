//! Linked identities: the pair of issuer and subject, and the account it belongs to.

use shared::email::Email;
use uuid::Uuid;

use crate::account::{Account, AccountId, Identity, WaysIn};
use crate::audit::{Actor, Event};
use crate::session::TokenHash;
use crate::store::account::accounts::{end_identity, lock_account, rotate, taken};
use crate::store::account::claims::vouch;
use crate::store::account::pending::{PendingUse, spend_pending};
use crate::store::account::ways_in::{bind_ways, has_way_in};
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
    /// True if the OP vouches for that email, or it is trusted.
    pub is_email_verified: bool,
    /// The groups there, for applications; `None` if the settings ask for none.
    pub groups: Option<&'a [String]>,
}

/// The most groups that are kept; longer names than [`MOST_CHARACTERS`] are not.
const MOST_GROUPS: usize = 200;
/// The longest name of a group.
const MOST_CHARACTERS: usize = 256;

/// Keeps the groups of an account's last login at the OP.
macro_rules! keep_groups {
    ($tx:expr, $account_id:expr, $identity:expr) => {
        if let Some(groups) = $identity.groups_json() {
            // The same groups again are no change, for which servers would forget who is logged in.
            let keep = "update account set op_groups = $2
                where account_id = $1 and op_groups is distinct from $2";
            sqlx::query(keep)
                .bind($account_id)
                .bind(groups)
                .execute(&mut *$tx)
                .await?;
        }
    };
}
pub(crate) use keep_groups;

impl NewIdentity<'_> {
    /// Returns the groups as a JSON list, as far as they are kept.
    #[must_use]
    pub fn groups_json(&self) -> Option<String> {
        let kept = self
            .groups?
            .iter()
            .filter(|group| group.chars().count() <= MOST_CHARACTERS);
        let kept: Vec<&String> = kept.take(MOST_GROUPS).collect();
        serde_json::to_string(&kept).ok()
    }

    /// Returns the key of the email; `None` if the OP does not vouch for one.
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

    /// Returns true if the account is linked to any subject of this issuer.
    pub async fn is_bound_at(&self, account_id: AccountId, issuer: &str) -> Result<bool> {
        let (bound,): (bool,) = on_database!(self, pool => {
            sqlx::query_as(
                "select exists (select 1 from identity where account_id = $1 and issuer = $2)",
            ).bind(account_id).bind(issuer).fetch_one(pool).await?
        });
        Ok(bound)
    }

    /// Links the identity to the account, spends the pending link, and gives the session that asked
    /// another token. The table's constraints decide, not an earlier read: of two links at once one
    /// gets `Taken`.
    ///
    /// # Errors
    /// `Gone` if the account or the session is gone, or the pending link was spent or is void;
    /// `Taken`; the store's.
    pub async fn link_identity(
        &self,
        account_id: AccountId,
        identity: NewIdentity<'_>,
        pending: PendingUse<'_>,
        session: (Uuid, TokenHash),
        by: Actor,
    ) -> std::result::Result<(), ChangeError> {
        in_tx!(self, tx => {
            lock_account!(tx, account_id).ok_or(ChangeError::Gone)?;
            if !spend_pending!(tx, pending, account_id, identity, by.at) {
                return Err(ChangeError::Gone);
            }
            if let Err(error) = insert_identity!(&mut *tx, account_id, identity, by.at) {
                return Err(taken(error)?.into());
            }
            let event = Event::about(AuditKind::IdentityLinked, account_id).detail(identity.issuer);
            insert_audit!(&mut *tx, by, event)?;
            if let Some(key) = identity.verified_email_key() {
                vouch!(tx, account_id, key, by);
            }
            if rotate!(tx, session) == 0 {
                return Err(ChangeError::Gone);
            }
        });
        Ok(())
    }

    /// Unlinks an identity of the account, unless no way in would remain. Ends the sessions that the
    /// identity began, but for the one that asks, which gets another token.
    ///
    /// # Errors
    /// `Gone`, `LastWayIn`; the store's.
    pub async fn unlink_identity(
        &self,
        account_id: AccountId,
        identity_id: Uuid,
        ways: &WaysIn,
        session: (Uuid, TokenHash),
        by: Actor,
    ) -> std::result::Result<(), ChangeError> {
        in_tx!(self, tx => {
            // Two concurrent unlinks wait for each other here.
            lock_account!(tx, account_id).ok_or(ChangeError::Gone)?;
            let removed: Option<(String, String)> = sqlx::query_as(
                "delete from identity where account_id = $1 and identity_id = $2
                 returning issuer, subject",
            ).bind(account_id).bind(identity_id).fetch_optional(&mut *tx).await?;
            let (issuer, subject) = removed.ok_or(ChangeError::Gone)?;
            let has_way_in = sqlx::query_scalar::<_, bool>(concat!(
                "select ", has_way_in!(), " from account where account_id = $4",
            ));
            let has_way_in = bind_ways!(has_way_in, ways).bind(account_id);
            if !has_way_in.fetch_one(&mut *tx).await? {
                return Err(ChangeError::LastWayIn);
            }
            end_identity!(tx, account_id, &issuer, &subject, session.0, by);
            rotate!(tx, session);
        });
        Ok(())
    }
}
