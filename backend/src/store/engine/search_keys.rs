//! Display names as they are searched, for accounts that a version made which had no search.
//!
//! The migration cannot do it: SQLite's `lower` knows ASCII alone, and PostgreSQL's what its locale
//! knows.

/// So many at a time, each time in one transaction.
pub(crate) const AT_ONCE: i64 = 1000;

/// Fills in what is missing, where the tables are brought up to date; `$connection` is one.
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
