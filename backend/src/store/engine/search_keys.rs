//! Search keys of display names, for accounts of a version that had no search.
//!
//! The migration cannot add them: SQLite's `lower` knows only ASCII, and PostgreSQL's depends on
//! the locale.

/// How many are written in one transaction.
pub(crate) const AT_ONCE: i64 = 1000;

/// Fills in missing keys when the tables are updated; `$connection` is one.
macro_rules! fill_search_keys {
    ($connection:expr) => {
        loop {
            let mut tx = sqlx::Connection::begin($connection).await?;
            let names: Vec<(uuid::Uuid, String)> = sqlx::query_as(
                "select account_id, display_name from account
                 where display_name is not null and display_name_key is null limit $1",
            )
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
    };
}
pub(crate) use fill_search_keys;
