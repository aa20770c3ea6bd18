//! The owners of emails. A constraint gives an email that is vouched for to one account alone; an
//! email that is only claimed excludes nobody (contract, section 4).

use shared::audit::AuditKind;
use shared::email::Email;
use shared::session::Role;

use crate::account::{Account, AccountId, EmailMatch};
use crate::audit::{Actor, Event};
use crate::store::account::accounts::{ChangeError, Taken, change, lock_account, taken};
use crate::store::account::claims::end_claims;
use crate::store::audit::insert_audit;
use crate::store::rows::{AccountRow, vouched};
use crate::store::{Result, Store, in_tx, on_database};

/// The most accounts with one email that are read: anybody can claim it.
const MOST_MATCHES: i64 = 20;

/// A row of such an account.
#[derive(sqlx::FromRow)]
struct MatchRow {
    is_bound: bool,
    #[sqlx(flatten)]
    account: AccountRow,
}

impl Store {
    /// Returns at most [`MOST_MATCHES`] accounts that have this email: first the one for which it
    /// is vouched, then those that claim it and have a password.
    pub async fn email_matches(&self, email: &Email, issuer: &str) -> Result<Vec<EmailMatch>> {
        let rows: Vec<MatchRow> = on_database!(self, pool => {
            sqlx::query_as(concat!(
                "select account.*, exists (select 1 from identity
                    where identity.account_id = account.account_id and issuer = $2) as is_bound
                 from account where email_key = $1
                 order by ", vouched!(), " desc, password_hash is null, is_bound,
                    disabled_at is not null, account_id limit $3",
            )).bind(email.key()).bind(issuer).bind(MOST_MATCHES).fetch_all(pool).await?
        });
        Ok(rows
            .into_iter()
            .map(|row| EmailMatch {
                account: Account::from(row.account),
                is_bound_at_issuer: row.is_bound,
            })
            .collect())
    }

    /// Returns the accounts that have this email, the one for which it is vouched first.
    pub async fn accounts_by_email(&self, email: &Email) -> Result<Vec<Account>> {
        let matches = self.email_matches(email, "").await?;
        Ok(matches.into_iter().map(|found| found.account).collect())
    }

    /// Sets or clears the email for the account's owner. The same address in another spelling keeps
    /// its voucher.
    ///
    /// # Errors
    /// `Gone`, `Taken` if it is vouched for as another account's; the store's.
    pub async fn set_email(
        &self,
        id: AccountId,
        email: Option<&Email>,
        by: Actor,
    ) -> std::result::Result<(), ChangeError> {
        let key = email.map(Email::key);
        in_tx!(self, tx => {
            let account = lock_account!(tx, id).ok_or(ChangeError::Gone)?;
            let is_taken: bool = sqlx::query_scalar(concat!(
                "select exists (select 1 from account where email_key = $1 and account_id <> $2 and ",
                vouched!(), ")",
            )).bind(&key).bind(id).fetch_one(&mut *tx).await?;
            if is_taken {
                return Err(Taken::Email.into());
            }
            let done = sqlx::query(
                "update account set email = $2, email_key = $3, lost_email = null, updated_at = $4,
                    email_voucher = case when email_key = $3 then email_voucher end
                 where account_id = $1",
            )
            .bind(id).bind(email.map(Email::as_str)).bind(&key).bind(by.at.unix())
            .execute(&mut *tx).await;
            // Another admin's, a moment ago.
            if let Err(error) = done {
                return Err(taken(error)?.into());
            }
            if account.role == Role::Admin {
                end_claims!(tx, id, by);
            }
            let detail = change(account.email.as_deref(), email.map(Email::as_str));
            insert_audit!(&mut *tx, by, Event::about(AuditKind::EmailChanged, id).detail(&detail))?;
        });
        Ok(())
    }
}
