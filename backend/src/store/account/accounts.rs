//! Accounts, and the one-time setup.

use uuid::Uuid;

use crate::account::{Account, AccountId, search_key, username_key};
use crate::audit::{Actor, Event};
use crate::session::TokenHash;
use crate::store::audit::insert_audit;
use crate::store::rows::AccountRow;
use crate::store::{Error, Result, Store, in_tx, on_database};
use shared::audit::AuditKind;

/// Why a change was not made. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no such account, or it has no such identity.
    #[error("account or identity is gone")]
    Gone,
    /// Nobody who can log in would be an admin any more.
    #[error("it is the last admin who can log in")]
    LastAdmin,
    /// Its owner could not log in any more.
    #[error("it is the last way in")]
    LastWayIn,
    /// The account is disabled.
    #[error("account is disabled")]
    Disabled,
    /// Another account has this value.
    #[error(transparent)]
    Taken(#[from] Taken),
    /// The database could not do it.
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<sqlx::Error> for ChangeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A value that another account already has, or an event that already happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Taken {
    /// Another account has this username.
    #[error("username is taken")]
    Username,
    /// Another account has this email.
    #[error("email is taken")]
    Email,
    /// The identity, or the account at this issuer, is already linked.
    #[error("identity is linked already")]
    Identity,
    /// The server has an admin.
    #[error("setup is closed")]
    Setup,
}

/// Turns a unique violation into the matching conflict; both databases name the column.
pub(crate) fn taken(error: sqlx::Error) -> Result<Taken> {
    let message = match &error {
        sqlx::Error::Database(error) if error.is_unique_violation() => error.message(),
        _ => return Err(error.into()),
    };
    if message.contains("username_key") {
        Ok(Taken::Username)
    // PostgreSQL names the index, SQLite the column.
    } else if message.contains("account_vouched_email") || message.contains("email_key") {
        Ok(Taken::Email)
    } else if message.contains("identity") {
        Ok(Taken::Identity)
    } else {
        Err(error.into())
    }
}

/// Inserts an account, in a transaction or alone. `$executor` is a pool or a connection.
macro_rules! insert_account {
    ($executor:expr, $id:expr, $new:expr, $now:expr) => {
        sqlx::query(
            "insert into account (account_id, username, username_key, display_name, email, email_key,
                email_voucher, role, password_hash, disabled_at, created_at, updated_at, display_name_key)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null, $10, $10, $11)",
        )
        .bind($id)
        .bind(&$new.username)
        .bind($crate::account::username_key(&$new.username))
        .bind(&$new.display_name)
        .bind($new.email.as_ref().map(|email| email.as_str()))
        .bind($new.email.as_ref().map(|email| email.key()))
        .bind($new.email_voucher.map($crate::account::Voucher::as_str))
        .bind($new.role.as_str())
        .bind(&$new.password_hash)
        .bind($now.unix())
        .bind($new.display_name.as_deref().map($crate::account::search_key))
        .execute($executor)
        .await
    };
}
pub(crate) use insert_account;

/// Records that the server has an admin: `/setup` stays closed from now on, even without one.
macro_rules! close_setup {
    ($executor:expr, $now:expr) => {
        sqlx::query(
            "insert into setting (name, value) values ('setup_closed', $1)
             on conflict (name) do nothing",
        )
        .bind($now.unix().to_string())
        .execute($executor)
        .await
    };
}
pub(crate) use close_setup;

/// Takes the lock under which admins are counted, so that two changes cannot each rely on the
/// other's admin as the last one.
macro_rules! guard_admins {
    ($tx:expr) => {
        sqlx::query("update setting set value = '' where name = 'admin_guard'")
            .execute(&mut *$tx)
            .await
    };
}
pub(crate) use guard_admins;

/// Writes an account's row and returns the account, so that other writers of the account wait;
/// `None` if there is no such account.
macro_rules! lock_account {
    ($tx:expr, $id:expr) => {
        sqlx::query_as::<_, $crate::store::rows::AccountRow>(
            "update account set updated_at = updated_at where account_id = $1 returning *",
        )
        .bind($id)
        .fetch_optional(&mut *$tx)
        .await?
        .map($crate::account::Account::from)
    };
}
pub(crate) use lock_account;

/// Voids the account's one-time links, those that wait in a browser included.
macro_rules! void_links {
    ($tx:expr, $id:expr, $now:expr) => {
        $crate::store::account::pending::void_pending!(
            $tx,
            $crate::store::account::pending::Subject::Account($id),
            $now
        )?;
        for table in ["welcome_link", "login_link"] {
            sqlx::query(&format!("delete from {table} where account_id = $1"))
                .bind($id)
                .execute(&mut *$tx)
                .await?;
        }
    };
}
pub(crate) use void_links;

/// Ends the account's sessions.
macro_rules! end_sessions {
    ($tx:expr, $id:expr) => {
        sqlx::query("delete from session where account_id = $1")
            .bind($id)
            .execute(&mut *$tx)
            .await
    };
}
pub(crate) use end_sessions;

/// Gives a session another token; returns how many there are: none if it has ended.
macro_rules! rotate {
    ($tx:expr, $session:expr) => {{
        let (session_id, token): (Uuid, TokenHash) = $session;
        // Tickets and sessions at applications are as old as the token.
        sqlx::query("delete from app_session where session_id = $1")
            .bind(session_id)
            .execute(&mut *$tx)
            .await?;
        sqlx::query("update session set token_hash = $2 where session_id = $1 and ended_at is null")
            .bind(session_id)
            .bind(token.as_bytes())
            .execute(&mut *$tx)
            .await?
            .rows_affected()
    }};
}
pub(crate) use rotate;

/// Ends the sessions of the account that an unlinked identity began, but for the session `$spared`,
/// and the pending links of both, with the audit entry.
macro_rules! end_identity {
    ($tx:expr, $account_id:expr, $issuer:expr, $subject:expr, $spared:expr, $by:expr) => {{
        use $crate::store::account::pending::{Subject, void_pending};
        sqlx::query(
            "delete from session where account_id = $1 and op_issuer = $2
                and (op_subject is null or op_subject = $3) and session_id <> $4",
        )
        .bind($account_id)
        .bind($issuer)
        .bind($subject)
        .bind($spared)
        .execute(&mut *$tx)
        .await?;
        void_pending!($tx, Subject::Account($account_id), $by.at)?;
        void_pending!($tx, Subject::Identity($issuer, $subject), $by.at)?;
        let event = Event::about(AuditKind::IdentityUnlinked, $account_id).detail($issuer);
        insert_audit!(&mut *$tx, $by, event)?;
    }};
}
pub(crate) use end_identity;

/// Creates an account with its audit entry; an admin closes the setup. Returns the conflict with
/// another account, or `None`.
macro_rules! create_account {
    ($tx:expr, $id:expr, $new:expr, $detail:expr, $by:expr) => {{
        let (id, new) = ($id, $new);
        match insert_account!(&mut *$tx, id, new, $by.at) {
            Err(error) => Some(taken(error)?),
            Ok(_) => {
                if new.email_voucher.is_some() || new.role == shared::session::Role::Admin {
                    $crate::store::account::claims::end_claims!($tx, id, $by);
                }
                if new.role == shared::session::Role::Admin {
                    close_setup!(&mut *$tx, $by.at)?;
                }
                let event = Event::about(AuditKind::AccountCreated, id).detail($detail);
                insert_audit!(&mut *$tx, $by, event)?;
                None
            }
        }
    }};
}
pub(crate) use create_account;

/// Sets another password or removes it, and ends the sessions and links that depend on the old one.
macro_rules! replace_password {
    ($tx:expr, $id:expr, $hash:expr, $by:expr) => {{
        sqlx::query("update account set password_hash = $2, updated_at = $3 where account_id = $1")
            .bind($id)
            .bind($hash)
            .bind($by.at.unix())
            .execute(&mut *$tx)
            .await?;
        void_links!($tx, $id, $by.at);
        end_sessions!($tx, $id)?;
    }};
}
pub(crate) use replace_password;

/// Describes a text's new value for the audit trail.
pub(crate) fn change(old: Option<&str>, new: Option<&str>) -> String {
    format!("{} -> {}", old.unwrap_or("none"), new.unwrap_or("none"))
}

impl Store {
    /// Returns the account of that id.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        let row: Option<AccountRow> = on_database!(self, pool => {
            sqlx::query_as("select * from account where account_id = $1")
                .bind(id).fetch_optional(pool).await?
        });
        Ok(row.map(Account::from))
    }

    /// Returns the account of that username, compared case-insensitively.
    pub async fn account_by_username(&self, username: &str) -> Result<Option<Account>> {
        // No name contains NUL, and PostgreSQL refuses it in text: anybody could cause an error.
        if username.contains('\0') {
            return Ok(None);
        }
        let row: Option<AccountRow> = on_database!(self, pool => {
            sqlx::query_as("select * from account where username_key = $1")
                .bind(username_key(username)).fetch_optional(pool).await?
        });
        Ok(row.map(Account::from))
    }

    /// Returns true if the first admin may still be created.
    pub async fn is_setup_open(&self) -> Result<bool> {
        let (closed,): (bool,) = on_database!(self, pool => {
            sqlx::query_as(
                "select exists (select 1 from setting where name = 'setup_closed')
                     or exists (select 1 from account where role = 'admin')",
            ).fetch_one(pool).await?
        });
        Ok(!closed)
    }

    /// Sets or clears the display name; an equal name is no change.
    pub async fn set_display_name(
        &self,
        id: AccountId,
        display_name: Option<&str>,
        by: Actor,
    ) -> Result<()> {
        in_tx!(self, tx => {
            let old: Option<(Option<String>,)> =
                sqlx::query_as("select display_name from account where account_id = $1")
                    .bind(id).fetch_optional(&mut *tx).await?;
            let old = old.and_then(|(name,)| name);
            if old.as_deref() == display_name {
                return Ok(());
            }
            sqlx::query(
                "update account set display_name = $2, display_name_key = $3, updated_at = $4
                 where account_id = $1",
            )
            .bind(id).bind(display_name).bind(display_name.map(search_key)).bind(by.at.unix())
            .execute(&mut *tx).await?;
            let detail = change(old.as_deref(), display_name);
            insert_audit!(&mut *tx, by, Event::about(AuditKind::DisplayNameChanged, id).detail(&detail))?;
        });
        Ok(())
    }

    /// Sets the password hash, ends every other session and all links, and gives the remaining
    /// session another token: all or nothing.
    pub async fn set_password(
        &self,
        id: AccountId,
        hash: &str,
        keep_session: Uuid,
        token: TokenHash,
        by: Actor,
    ) -> Result<()> {
        let now = by.at;
        in_tx!(self, tx => {
            sqlx::query("update account set password_hash = $2, updated_at = $3 where account_id = $1")
                .bind(id).bind(hash).bind(now.unix())
                .execute(&mut *tx).await?;
            // With an older link, somebody could set another password, or log in.
            void_links!(tx, id, now);
            sqlx::query("delete from session where account_id = $1 and session_id <> $2")
                .bind(id).bind(keep_session)
                .execute(&mut *tx).await?;
            rotate!(tx, (keep_session, token));
            insert_audit!(&mut *tx, by, Event::about(AuditKind::PasswordChanged, id))?;
        });
        Ok(())
    }
}
