//! Accounts as admins list and change them.

use std::collections::HashMap;

use shared::email::Email;
use shared::session::Role;
use uuid::Uuid;

use super::accounts::{AccountRow, Taken, change, close_setup, taken};
use super::audit::insert_audit;
use super::identities::IdentityRow;
use super::{Result, Store, on_database, on_writer};
use crate::account::{Account, AccountId, Identity, search_key};
use crate::audit::{By, Event, Kind};
use crate::clock::Timestamp;

/// Which accounts are asked for; they come by username.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// Has this in username, email or display name, whatever its case.
    pub search: Option<String>,
    /// Of this role.
    pub role: Option<Role>,
    /// Disabled, or not.
    pub is_disabled: Option<bool>,
    /// After this username, in the form in which they are compared: a cursor, and not a number of
    /// rows, so that no page is slower than the first and none repeats what was added meanwhile.
    pub after: Option<String>,
    /// So many at most.
    pub limit: i64,
}

/// An account as an admin sees it.
#[derive(Debug, Clone)]
pub struct UserRecord {
    /// The account.
    pub account: Account,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its owner last logged in.
    pub last_login_at: Option<Timestamp>,
    /// What is linked to it, the oldest link first.
    pub identities: Vec<Identity>,
    /// When its open welcome link ends.
    pub welcome_until: Option<Timestamp>,
}

/// What an admin changes; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// The email; `Some(None)` clears it.
    pub email: Option<Option<Email>>,
    /// The display name; `Some(None)` clears it.
    pub display_name: Option<Option<String>>,
    /// The role.
    pub role: Option<Role>,
    /// Disabled, or not.
    pub is_disabled: Option<bool>,
}

/// Why an account was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such account, or it has no such identity.
    #[error("account or identity is gone")]
    Gone,
    /// Nobody who can log in could administer any more.
    #[error("it is the last admin who can log in")]
    LastAdmin,
    /// The account is disabled.
    #[error("account is disabled")]
    Disabled,
    /// Another account has it.
    #[error(transparent)]
    Taken(#[from] Taken),
}

/// The result of changing an account.
type Changed = Result<std::result::Result<(), Refusal>>;

#[derive(sqlx::FromRow)]
struct UserRow {
    created_at: i64,
    last_login_at: Option<i64>,
    welcome_until: Option<i64>,
    #[sqlx(flatten)]
    account: AccountRow,
}

/// Escapes a text so that `like` finds it anywhere, and nothing else.
fn pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for c in search_key(search).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern + "%"
}

/// Narrows a statement down; it ends in a `where` with something in it.
macro_rules! narrow {
    ($query:expr, $filter:expr) => {
        if let Some(search) = &$filter.search {
            let pattern = pattern(search);
            $query
                .push(" and (username_key like ")
                .push_bind(pattern.clone());
            $query
                .push(" escape '\\' or email_key like ")
                .push_bind(pattern.clone());
            $query
                .push(" escape '\\' or display_name_key like ")
                .push_bind(pattern);
            $query.push(" escape '\\')");
        }
        if let Some(role) = $filter.role {
            $query.push(" and role = ").push_bind(role.as_str());
        }
        match $filter.is_disabled {
            Some(true) => {
                $query.push(" and disabled_at is not null");
            }
            Some(false) => {
                $query.push(" and disabled_at is null");
            }
            None => {}
        }
    };
}

/// Takes the lock under which admins are counted: two that would each leave the other one as the
/// last never pass each other.
macro_rules! guard_admins {
    ($tx:expr) => {
        sqlx::query("update setting set value = '' where name = 'admin_guard'")
            .execute(&mut *$tx)
            .await
    };
}

/// Is there an admin who can log in? Where passwords are off, a password is no way in.
macro_rules! has_admin {
    ($tx:expr, $password_login:expr) => {
        sqlx::query_scalar::<_, bool>(
            "select exists (select 1 from account where role = 'admin' and disabled_at is null and (
                ($1 and password_hash is not null)
                or exists (select 1 from identity where identity.account_id = account.account_id)))",
        )
        .bind($password_login)
        .fetch_one(&mut *$tx)
        .await
    };
}

/// Writes an account's row and returns it, so that whoever else changes it waits.
macro_rules! lock_account {
    ($tx:expr, $id:expr) => {
        sqlx::query_as::<_, AccountRow>(
            "update account set updated_at = updated_at where account_id = $1 returning *",
        )
        .bind($id)
        .fetch_optional(&mut *$tx)
        .await
    };
}

impl UserChange {
    /// Changes the account, and returns what that was, for the audit trail. What is as it should be
    /// already is no change.
    fn apply(&self, account: &mut Account, now: Timestamp) -> Vec<(Kind, Option<String>)> {
        let mut events = Vec::new();
        let email = self
            .email
            .as_ref()
            .map(|email| email.as_ref().map(Email::as_str));
        if let Some(email) = email.filter(|email| *email != account.email.as_deref()) {
            let detail = change(account.email.as_deref(), email);
            events.push((Kind::EmailChanged, Some(detail)));
            account.email = email.map(str::to_owned);
            account.email_set_by_admin = true;
        }
        let name = self.display_name.as_ref();
        if let Some(name) = name.filter(|name| **name != account.display_name) {
            let detail = change(account.display_name.as_deref(), name.as_deref());
            events.push((Kind::DisplayNameChanged, Some(detail)));
            account.display_name.clone_from(name);
        }
        if let Some(role) = self.role.filter(|role| *role != account.role) {
            events.push((Kind::RoleChanged, Some(role.as_str().to_owned())));
            account.role = role;
        }
        match self.is_disabled.filter(|is| *is != account.is_disabled()) {
            Some(true) => {
                events.push((Kind::AccountDisabled, None));
                account.disabled_at = Some(now);
            }
            Some(false) => {
                events.push((Kind::AccountEnabled, None));
                account.disabled_at = None;
            }
            None => {}
        }
        events
    }
}

/// May this account administer, if it can log in?
fn administers(account: &Account) -> bool {
    account.role == Role::Admin && !account.is_disabled()
}

impl Store {
    /// Returns a page of accounts, and how many there are on all pages together.
    pub async fn users(
        &self,
        filter: &UserFilter,
        now: Timestamp,
    ) -> Result<(Vec<UserRecord>, u64)> {
        let (rows, identities, total) = on_database!(self, pool => {
            let mut count = sqlx::QueryBuilder::new("select count(*) from account where true");
            narrow!(count, filter);
            let total: i64 = count.build_query_scalar().fetch_one(pool).await?;
            // The inner statement is answered by the index alone.
            let mut page = sqlx::QueryBuilder::new(
                "select account.*, expires_at as welcome_until
                 from (select account_id from account where true",
            );
            narrow!(page, filter);
            if let Some(after) = &filter.after {
                page.push(" and username_key > ").push_bind(after);
            }
            page.push(" order by username_key limit ").push_bind(filter.limit);
            page.push(
                ") as page join account on account.account_id = page.account_id
                 left join welcome_link on welcome_link.account_id = account.account_id
                    and expires_at > ",
            ).push_bind(now.unix()).push(" order by username_key");
            let rows: Vec<UserRow> = page.build_query_as().fetch_all(pool).await?;
            let mut linked = sqlx::QueryBuilder::new("select * from identity where account_id in (");
            let mut ids = linked.separated(", ");
            for row in &rows {
                ids.push_bind(row.account.account_id);
            }
            // An empty list is no SQL everywhere.
            ids.push_bind(Uuid::nil());
            linked.push(") order by linked_at, identity_id");
            let identities: Vec<IdentityRow> = linked.build_query_as().fetch_all(pool).await?;
            (rows, identities, total)
        });
        let mut of_account: HashMap<Uuid, Vec<Identity>> = HashMap::new();
        for identity in identities.into_iter().map(Identity::from) {
            of_account
                .entry(identity.account_id)
                .or_default()
                .push(identity);
        }
        let records = rows.into_iter().map(|row| {
            let account = Account::from(row.account);
            UserRecord {
                identities: of_account.remove(&account.id).unwrap_or_default(),
                account,
                created_at: Timestamp::from_unix(row.created_at),
                last_login_at: row.last_login_at.map(Timestamp::from_unix),
                welcome_until: row.welcome_until.map(Timestamp::from_unix),
            }
        });
        Ok((records.collect(), u64::try_from(total).unwrap_or_default()))
    }

    /// Returns one account as an admin sees it.
    pub async fn user(&self, id: AccountId, now: Timestamp) -> Result<Option<UserRecord>> {
        let row: Option<UserRow> = on_database!(self, pool => {
            sqlx::query_as(
                "select account.*, expires_at as welcome_until from account
                 left join welcome_link on welcome_link.account_id = account.account_id
                    and expires_at > $2
                 where account.account_id = $1",
            ).bind(id).bind(now.unix()).fetch_optional(pool).await?
        });
        let Some(row) = row else { return Ok(None) };
        Ok(Some(UserRecord {
            account: row.account.into(),
            created_at: Timestamp::from_unix(row.created_at),
            last_login_at: row.last_login_at.map(Timestamp::from_unix),
            identities: self.identities(id).await?,
            welcome_until: row.welcome_until.map(Timestamp::from_unix),
        }))
    }

    /// Changes an account by an admin's word, all of it or nothing. Another role ends its sessions;
    /// disabling ends them and its welcome link.
    pub async fn change_user(
        &self,
        id: AccountId,
        changes: &UserChange,
        password_login: bool,
        by: impl Into<By>,
    ) -> Changed {
        let by = by.into();
        on_writer!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            guard_admins!(tx)?;
            let Some(before) = lock_account!(tx, id)?.map(Account::from) else {
                return Ok(Err(Refusal::Gone));
            };
            let mut after = before.clone();
            let events = changes.apply(&mut after, by.at);
            if events.is_empty() {
                return Ok(Ok(()));
            }
            let email = changes.email.as_ref().and_then(Option::as_ref);
            let written = sqlx::query(
                "update account set email = $2, email_set_by_admin = $3,
                    email_key = case when $4 then $5 else email_key end,
                    display_name = $6, display_name_key = $7, role = $8, disabled_at = $9, updated_at = $10
                 where account_id = $1",
            )
            .bind(id).bind(&after.email).bind(after.email_set_by_admin)
            .bind(changes.email.is_some()).bind(email.map(Email::key))
            .bind(&after.display_name).bind(after.display_name.as_deref().map(search_key))
            .bind(after.role.as_str()).bind(after.disabled_at.map(Timestamp::unix)).bind(by.at.unix())
            .execute(&mut *tx).await;
            if let Err(error) = written {
                return Ok(Err(taken(error)?.into()));
            }
            if administers(&before) && !administers(&after) && !has_admin!(tx, password_login)? {
                return Ok(Err(Refusal::LastAdmin));
            }
            if after.is_disabled() {
                sqlx::query("delete from welcome_link where account_id = $1")
                    .bind(id).execute(&mut *tx).await?;
            }
            if after.is_disabled() || after.role != before.role {
                sqlx::query("delete from session where account_id = $1")
                    .bind(id).execute(&mut *tx).await?;
            }
            if after.role == Role::Admin {
                close_setup!(&mut *tx, by.at)?;
            }
            for (kind, detail) in &events {
                let event = Event { detail: detail.as_deref(), ..Event::about(*kind, id) };
                insert_audit!(&mut *tx, by, event)?;
            }
            tx.commit().await?;
        });
        Ok(Ok(()))
    }

    /// Deletes an account with its sessions, identities and welcome link. Its audit entries stay.
    pub async fn delete_user(
        &self,
        id: AccountId,
        password_login: bool,
        by: impl Into<By>,
    ) -> Changed {
        let by = by.into();
        on_writer!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            guard_admins!(tx)?;
            let Some(account) = lock_account!(tx, id)?.map(Account::from) else {
                return Ok(Err(Refusal::Gone));
            };
            // While the account still has a name to be taken down.
            insert_audit!(&mut *tx, by, Event::about(Kind::AccountDeleted, id))?;
            sqlx::query("delete from account where account_id = $1")
                .bind(id).execute(&mut *tx).await?;
            if administers(&account) && !has_admin!(tx, password_login)? {
                return Ok(Err(Refusal::LastAdmin));
            }
            tx.commit().await?;
        });
        Ok(Ok(()))
    }

    /// Disconnects an identity by an admin's word, and ends the sessions that came from it. It may
    /// be its owner's last way in, but not the last way in of all admins.
    pub async fn disconnect_identity(
        &self,
        id: AccountId,
        identity_id: Uuid,
        password_login: bool,
        by: impl Into<By>,
    ) -> Changed {
        let by = by.into();
        on_writer!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            guard_admins!(tx)?;
            let Some(account) = lock_account!(tx, id)?.map(Account::from) else {
                return Ok(Err(Refusal::Gone));
            };
            let removed: Option<(String, String)> = sqlx::query_as(
                "delete from identity where account_id = $1 and identity_id = $2
                 returning issuer, subject",
            ).bind(id).bind(identity_id).fetch_optional(&mut *tx).await?;
            let Some((issuer, subject)) = removed else {
                return Ok(Err(Refusal::Gone));
            };
            if administers(&account) && !has_admin!(tx, password_login)? {
                return Ok(Err(Refusal::LastAdmin));
            }
            sqlx::query(
                "delete from session where account_id = $1 and op_issuer = $2
                    and (op_subject is null or op_subject = $3)",
            ).bind(id).bind(&issuer).bind(&subject).execute(&mut *tx).await?;
            insert_audit!(&mut *tx, by, Event::about(Kind::IdentityUnlinked, id).detail(&issuer))?;
            tx.commit().await?;
        });
        Ok(Ok(()))
    }
}
