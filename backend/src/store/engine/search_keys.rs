//! Search keys of display names and of emails, for accounts of a version that had none, or another
//! form of them.
//!
//! The migration cannot add them: SQLite's `lower` knows only ASCII, and PostgreSQL's depends on
//! the locale.

use shared::email::Email;

/// How many are written in one transaction.
pub(crate) const AT_ONCE: i64 = 1000;

/// Finds display names without a key. An index has those rows alone: every start asks.
pub(crate) const NAMES: &str = "select account_id, display_name from account
    where display_name is not null and display_name_key is null limit $1";
/// The same of emails.
pub(crate) const EMAILS: &str = "select account_id, email from account
    where email is not null and email_key is null order by account_id limit $1";

/// Fills in missing keys when the tables are updated; `$connection` is one.
macro_rules! fill_search_keys {
    ($connection:expr) => {
        loop {
            let mut tx = sqlx::Connection::begin($connection).await?;
            let names: Vec<(uuid::Uuid, String)> =
                sqlx::query_as($crate::store::engine::search_keys::NAMES)
                    .bind($crate::store::engine::search_keys::AT_ONCE)
                    .fetch_all(&mut *tx)
                    .await?;
            if names.is_empty() {
                break;
            }
            for (id, name) in names {
                sqlx::query("update account set display_name_key = $2 where account_id = $1")
                    .bind(id)
                    .bind($crate::account::search_key(&name))
                    .execute(&mut *tx)
                    .await?;
            }
            tx.commit().await?;
        }
        loop {
            let mut tx = sqlx::Connection::begin($connection).await?;
            let emails: Vec<(uuid::Uuid, String)> =
                sqlx::query_as($crate::store::engine::search_keys::EMAILS)
                    .bind($crate::store::engine::search_keys::AT_ONCE)
                    .fetch_all(&mut *tx)
                    .await?;
            if emails.is_empty() {
                break;
            }
            for (id, email) in emails {
                let is_free = sqlx::query(concat!(
                    "update account set email_key = $2 where account_id = $1 and not exists (
                        select 1 from account where email_key = $2 and ",
                    $crate::store::rows::vouched!(),
                    ")"
                ))
                .bind(id)
                .bind($crate::store::engine::search_keys::email_key(&email))
                .execute(&mut *tx)
                .await?
                .rows_affected()
                    > 0;
                // It was another address in the form before.
                if !is_free {
                    sqlx::query(
                        "update account set email = null, email_voucher = null, lost_email = email
                         where account_id = $1",
                    )
                    .bind(id)
                    .execute(&mut *tx)
                    .await?;
                }
            }
            tx.commit().await?;
        }
    };
}
pub(crate) use fill_search_keys;

/// Returns the form in which a stored email is compared.
pub(crate) fn email_key(email: &str) -> String {
    // One that the rules of today refuse equals nothing but itself.
    Email::composed(email).map_or_else(|_| email.to_owned(), |email| email.key())
}

#[cfg(test)]
mod tests {
    use super::{EMAILS, NAMES};
    use crate::store::engine::plan::Plans;

    #[tokio::test]
    async fn start_reads_no_account_that_has_its_keys() {
        let plans = Plans::open().await;

        for (statement, index) in [
            (NAMES, "account_without_name_key"),
            (EMAILS, "account_without_email_key"),
        ] {
            let steps = plans.lines(statement).await;
            assert!(steps.iter().all(|step| step.contains(index)), "{steps:?}");
        }
    }
}
