//! Accounts as admins change them.

use shared::email::Email;
use shared::session::Role;
use uuid::Uuid;

use crate::account::{Account, AccountId, Voucher, WaysIn, search_key};
use crate::audit::{Actor, Event};
use crate::store::account::accounts::{
    ChangeError, change, close_setup, end_identity, end_sessions, guard_admins, lock_account,
    replace_password, taken, void_links,
};
use crate::store::account::claims::{end_claims, yield_claim};
use crate::store::account::ways_in::has_admin;
use crate::store::audit::insert_audit;
use crate::store::{Store, in_tx};
use clock::Timestamp;
use shared::audit::AuditKind;

/// What an admin changes; `None` leaves a field as it is.
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

/// Writes an account's row as it is now. The search key of an unchanged email stays.
macro_rules! write_account {
    ($tx:expr, $account:expr, $changes:expr, $now:expr) => {{
        let (account, changes): (&Account, &UserChange) = (&$account, $changes);
        let email = changes.email.as_ref().and_then(Option::as_ref);
        sqlx::query(
            "update account set email = $2, email_voucher = $3, lost_email = $11,
                email_key = case when $4 then $5 else email_key end,
                display_name = $6, display_name_key = $7, role = $8, disabled_at = $9, updated_at = $10
             where account_id = $1",
        )
        .bind(account.id)
        .bind(&account.email)
        .bind(account.email_voucher.map(Voucher::as_str))
        .bind(changes.email.is_some())
        .bind(email.map(Email::key))
        .bind(&account.display_name)
        .bind(account.display_name.as_deref().map(search_key))
        .bind(account.role.as_str())
        .bind(account.disabled_at.map(Timestamp::unix))
        .bind($now.unix())
        .bind(&account.lost_email)
        .execute(&mut *$tx)
        .await
    }};
}

impl UserChange {
    /// Changes the account, and returns the changes for the audit trail. A field that already has
    /// its value is no change.
    fn apply(&self, account: &mut Account, by: &Actor) -> Vec<(AuditKind, Option<String>)> {
        let mut events = Vec::new();
        let email = self
            .email
            .as_ref()
            .map(|email| email.as_ref().map(Email::as_str));
        if let Some(email) = email.filter(|email| *email != account.email.as_deref()) {
            let detail = change(account.email.as_deref(), email);
            events.push((AuditKind::EmailChanged, Some(detail)));
            account.email = email.map(str::to_owned);
            // An admin's own word for their own address is good while they are one.
            account.email_voucher = Some(Voucher::Admin).filter(|_| by.actor != Some(account.id));
            account.lost_email = None;
        }
        let name = self.display_name.as_ref();
        if let Some(name) = name.filter(|name| **name != account.display_name) {
            let detail = change(account.display_name.as_deref(), name.as_deref());
            events.push((AuditKind::DisplayNameChanged, Some(detail)));
            account.display_name.clone_from(name);
        }
        if let Some(role) = self.role.filter(|role| *role != account.role) {
            events.push((AuditKind::RoleChanged, Some(role.as_str().to_owned())));
            account.role = role;
        }
        match self.is_disabled.filter(|is| *is != account.is_disabled()) {
            Some(true) => {
                events.push((AuditKind::AccountDisabled, None));
                account.disabled_at = Some(by.at);
            }
            Some(false) => {
                events.push((AuditKind::AccountEnabled, None));
                account.disabled_at = None;
            }
            None => {}
        }
        events
    }
}

/// Changes an account for an admin, in a transaction. `$account` is the account as it was; other
/// writers of it wait. The body changes it and returns true if it still is an admin who can log in
/// as before. If it was one and is no longer, another admin who can log in must remain.
macro_rules! change_by_admin {
    ($store:expr, $ways:expr, $tx:ident, $account:ident = $id:expr => $body:block) => {
        in_tx!($store, $tx => {
            guard_admins!($tx)?;
            let $account = lock_account!($tx, $id).ok_or(ChangeError::Gone)?;
            let still_administers: bool = $body;
            if administers(&$account)
                && !still_administers
                && !has_admin!(&mut *$tx, $ways, Uuid::nil())?
            {
                return Err(ChangeError::LastAdmin);
            }
        })
    };
}

/// Returns true if this account is an admin, if it can log in.
fn administers(account: &Account) -> bool {
    account.role == Role::Admin && !account.is_disabled()
}

impl Store {
    /// Changes an account for an admin, all of it or nothing. Another role ends its sessions and
    /// links, and so does disabling.
    ///
    /// # Errors
    /// `Gone`, `LastAdmin`, `Taken`; the store's.
    pub async fn change_user(
        &self,
        id: AccountId,
        changes: &UserChange,
        ways: &WaysIn,
        by: Actor,
    ) -> Result<(), ChangeError> {
        change_by_admin!(self, ways, tx, before = id => {
            let mut after = before.clone();
            if changes.role == Some(Role::Admin) && changes.email.is_none() {
                yield_claim!(tx, id, by);
                after = lock_account!(tx, id).ok_or(ChangeError::Gone)?;
            }
            let events = changes.apply(&mut after, &by);
            if events.is_empty() {
                return Ok(());
            }
            if let Err(error) = write_account!(tx, after, changes, by.at) {
                return Err(taken(error)?.into());
            }
            if changes.email.is_some() && after.email_is_vouched_for() {
                end_claims!(tx, id, by);
            }
            if after.role != before.role || after.is_disabled() != before.is_disabled() {
                void_links!(tx, id, by.at);
            }
            if after.is_disabled() || after.role != before.role {
                end_sessions!(tx, id)?;
            }
            if after.role == Role::Admin {
                close_setup!(&mut *tx, by.at)?;
            }
            for (kind, detail) in &events {
                let event = Event { detail: detail.as_deref(), ..Event::about(*kind, id) };
                insert_audit!(&mut *tx, by, event)?;
            }
            administers(&after)
        });
        Ok(())
    }

    /// Sets another password for an account, or removes it, and ends its sessions and links. It may
    /// remove the owner's last way in, but not the last way in of all admins.
    ///
    /// # Errors
    /// `Gone`, `LastAdmin`; the store's.
    pub async fn reset_password(
        &self,
        id: AccountId,
        hash: Option<&str>,
        ways: &WaysIn,
        by: Actor,
    ) -> Result<(), ChangeError> {
        change_by_admin!(self, ways, tx, account = id => {
            replace_password!(tx, id, hash, by);
            let detail = if hash.is_some() { "by an admin" } else { "taken away" };
            let event = Event::about(AuditKind::PasswordChanged, id).detail(detail);
            insert_audit!(&mut *tx, by, event)?;
            hash.is_some()
        });
        Ok(())
    }

    /// Deletes an account with its sessions, identities and links. Its audit entries stay.
    ///
    /// # Errors
    /// `Gone`, `LastAdmin`; the store's.
    pub async fn delete_user(
        &self,
        id: AccountId,
        ways: &WaysIn,
        by: Actor,
    ) -> Result<(), ChangeError> {
        change_by_admin!(self, ways, tx, account = id => {
            // Written while the account still has its name.
            insert_audit!(&mut *tx, by, Event::about(AuditKind::AccountDeleted, id))?;
            sqlx::query("delete from account where account_id = $1")
                .bind(id).execute(&mut *tx).await?;
            false
        });
        Ok(())
    }

    /// Unlinks an identity for an admin, and ends the sessions that came from it. It may remove the
    /// owner's last way in, but not the last way in of all admins.
    ///
    /// # Errors
    /// `Gone`, `LastAdmin`; the store's.
    pub async fn unlink_identity_by_admin(
        &self,
        id: AccountId,
        identity_id: Uuid,
        ways: &WaysIn,
        by: Actor,
    ) -> Result<(), ChangeError> {
        change_by_admin!(self, ways, tx, account = id => {
            let removed: Option<(String, String)> = sqlx::query_as(
                "delete from identity where account_id = $1 and identity_id = $2
                 returning issuer, subject",
            ).bind(id).bind(identity_id).fetch_optional(&mut *tx).await?;
            let (issuer, subject) = removed.ok_or(ChangeError::Gone)?;
            end_identity!(tx, id, &issuer, &subject, Uuid::nil(), by);
            false
        });
        Ok(())
    }
}
