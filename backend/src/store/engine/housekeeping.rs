//! How rows are removed while others work: in small transactions, whose loss would harm nobody.
//!
//! What SQLite did for housekeeping and forgets in a power cut is done again by the next sweep. So it does
//! not wait for the disk, and others wait for a transaction for as long as its rows take.

use std::time::Duration;

use sqlx::Connection as _;
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite as Driver, SqliteArguments};
use tokio::time::{Instant, sleep};

use crate::store::Result;
use crate::store::engine::sqlite::Sqlite;

/// For how long others have the writer to themselves between two transactions. Another process does not
/// queue for it, but tries again and again.
pub(crate) const PAUSE: Duration = Duration::from_millis(5);

/// What a transaction did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slice {
    /// How many rows it changed.
    pub(crate) rows: u64,
    /// For how long others could not write.
    pub(crate) held: Duration,
}

/// Executes a statement for housekeeping, while writers queue behind it.
///
/// # Errors
/// The database could not do it.
pub(crate) async fn execute<'q>(
    sqlite: &Sqlite,
    statement: Query<'q, Driver, SqliteArguments<'q>>,
) -> Result<Slice> {
    let _turn = sqlite.writer.acquire().await?;
    let mut connection = sqlite.housekeeper.acquire().await?;
    // Another process may have the lock: that wait is not ours.
    let mut tx = connection.begin_with("begin immediate").await?;
    let began = Instant::now();
    let rows = statement.execute(&mut *tx).await?.rows_affected();
    tx.commit().await?;
    let held = began.elapsed();
    Ok(Slice { rows, held })
}

/// Lets others write, and writes into the file what is in its log until then. That keeps nobody waiting,
/// but would if it were part of a transaction.
///
/// # Errors
/// The database could not do it.
pub(crate) async fn rest(sqlite: &Sqlite) -> Result<()> {
    sqlx::query("pragma wal_checkpoint(passive)")
        .execute(&sqlite.housekeeper)
        .await?;
    sleep(PAUSE).await;
    Ok(())
}
