//! Merges SQLite's index of names, until names that were deleted or changed are in it no more.
//!
//! FTS5 notes beside a deleted name that it is deleted, and takes out both when it merges the parts of the
//! index, which a small site would wait for a long time.

use crate::store::engine::database::Place;
use crate::store::engine::housekeeping;
use crate::store::{Result, Store};

/// How many pages a transaction merges: some milliseconds.
const MERGE: &str = "insert into account_search (account_search, rank) values ('merge', -16)";
/// How many parts there are, and how many pages.
const PARTS: &str = "select count(distinct segid), count(*) from account_search_idx";
/// A larger index, of some 20 000 accounts, is left to FTS5: to merge all of it every hour would cost more
/// than it is worth.
const LARGE: i64 = 256;

impl Store {
    /// Merges the index, some pages at a time. PostgreSQL does it by itself.
    ///
    /// # Errors
    /// The database could not do it. The index is sound all the same.
    pub async fn sweep_search(&self) -> Result<()> {
        let Place::Sqlite(sqlite) = &self.place else {
            return Ok(());
        };
        // Each slice writes at least one page.
        for _ in 0..LARGE {
            self.writer()?;
            let parts = sqlx::query_as(PARTS).fetch_one(&sqlite.readers);
            let (parts, pages): (i64, i64) = parts.await?;
            if parts < 2 || pages > LARGE {
                return Ok(());
            }
            housekeeping::execute(sqlite, sqlx::query(MERGE)).await?;
            housekeeping::rest(sqlite).await?;
        }
        Ok(())
    }
}
