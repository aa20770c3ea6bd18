//! Merges SQLite's index of names, until names that were deleted or changed are in it no more.
//!
//! FTS5 notes beside a deleted name that it is deleted, and takes out both when it merges the parts of the
//! index, which a small site would wait for a long time.

use std::time::Duration;

use tokio::time::sleep;

use crate::store::engine::database::Pool;
use crate::store::{Result, Store, on_writer};

/// How many pages a transaction merges: some milliseconds.
const MERGE: &str = "insert into account_search (account_search, rank) values ('merge', -16)";
/// How many parts there are, and how many pages.
const PARTS: &str = "select count(distinct segid), count(*) from account_search_idx";
/// A larger index, of some 20 000 accounts, is left to FTS5: to merge all of it every hour would cost more
/// than it is worth.
const LARGE: i64 = 256;
/// How long others have the writer to themselves between two transactions.
const PAUSE: Duration = Duration::from_millis(5);

impl Store {
    /// Merges the index, some pages at a time. PostgreSQL does it by itself.
    ///
    /// # Errors
    /// The database could not do it. The index is sound all the same.
    pub async fn sweep_search(&self) -> Result<()> {
        // Each slice writes at least one page.
        for _ in 0..LARGE {
            let Pool::Sqlite(pool) = self.readers()? else {
                return Ok(());
            };
            let (parts, pages): (i64, i64) = sqlx::query_as(PARTS).fetch_one(pool).await?;
            if parts < 2 || pages > LARGE {
                return Ok(());
            }
            on_writer!(self, pool => {
                sqlx::query(MERGE).execute(pool).await?;
            });
            sleep(PAUSE).await;
        }
        Ok(())
    }
}
