//! The header of SQLite's WAL-index, the file `-shm` beside the database (sqlite.org/walformat.html,
//! section 2.1). Every commit, by whichever process, writes another one: its counter of changes grows.
//! SQLite itself tells by the same comparison whether to read again. As long as the header is the same,
//! nothing was committed, and nobody has to ask SQLite.
//!
//! It is read, not mapped: a file that somebody cuts off is then no header, and not the end of the
//! process. While a connection is open, no other process can leave WAL: each holds a lock on the file.

use std::fs::File;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The length of both copies of the header, in bytes.
const LENGTH: usize = 96;
/// Where the format's number is, in the byte order of the machine.
const FORMAT: std::ops::Range<usize> = 0..4;
/// The format that is known here: that of SQLite 3.7.0 and later.
const KNOWN: u32 = 3_007_000;

/// Every file that was ever opened here, by device and inode. None is closed: that would take SQLite's
/// own locks on the file away from this process (POSIX).
static OPENED: Mutex<Vec<(Inode, Arc<File>)>> = Mutex::new(Vec::new());

/// Device and inode.
type Inode = (u64, u64);

/// The bytes of the header at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header([u8; LENGTH]);

/// The file, open to be read.
#[derive(Debug, Clone)]
pub(crate) struct WalIndex(Arc<File>);

impl WalIndex {
    /// Opens the index of the database at `path`, which a connection must have read before. `None` if
    /// there is none, as without WAL, or if its format is another one.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        // SQLite puts it beside the file itself, not beside a link to it.
        let mut name = path.canonicalize().ok()?.into_os_string();
        name.push("-shm");
        let index = Self(opened(name.as_ref()).ok()?);
        let format = index.header()?.0[FORMAT].try_into().ok()?;
        (u32::from_ne_bytes(format) == KNOWN).then_some(index)
    }

    /// Returns the header as it is now; `None` if it cannot be read.
    pub(crate) fn header(&self) -> Option<Header> {
        let mut bytes = [0; LENGTH];
        self.0.read_exact_at(&mut bytes, 0).ok()?;
        Some(Header(bytes))
    }
}

/// Returns the file of that name, opened once.
fn opened(name: &Path) -> std::io::Result<Arc<File>> {
    let mut all = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    let place = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    let wanted = place(std::fs::metadata(name)?);
    if let Some((_, file)) = all.iter().find(|(known, _)| *known == wanted) {
        return Ok(Arc::clone(file));
    }
    let file = Arc::new(File::open(name)?);
    // Another one may have taken the name since.
    let found = file.metadata().map_or((0, 0), place);
    all.push((found, Arc::clone(&file)));
    Ok(file)
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
    use sqlx::{ConnectOptions as _, SqliteConnection};
    use tempfile::TempDir;

    use super::WalIndex;

    async fn connect(folder: &TempDir, mode: SqliteJournalMode) -> SqliteConnection {
        SqliteConnectOptions::new()
            .filename(folder.path().join("x.db"))
            .create_if_missing(true)
            .journal_mode(mode)
            .connect()
            .await
            .unwrap()
    }

    async fn execute(connection: &mut SqliteConnection, sql: &'static str) {
        sqlx::query(sql).execute(connection).await.unwrap();
    }

    #[tokio::test]
    async fn header_changes_with_each_commit_and_with_nothing_else() {
        let folder = TempDir::new().unwrap();
        let mut writer = connect(&folder, SqliteJournalMode::Wal).await;
        let mut reader = connect(&folder, SqliteJournalMode::Wal).await;
        execute(&mut writer, "create table x (a)").await;
        execute(&mut reader, "select * from x").await;
        let index = WalIndex::open(&folder.path().join("x.db")).unwrap();

        let mut last = index.header().unwrap();
        for sql in [
            "insert into x values (1)",
            "update x set a = 2",
            "delete from x",
            "pragma wal_checkpoint(truncate)",
            "insert into x values (3)",
        ] {
            execute(&mut reader, "select * from x").await;
            assert_eq!(index.header(), Some(last), "a look changes nothing");
            execute(&mut writer, sql).await;
            let now = index.header().unwrap();
            assert!(now != last || sql.starts_with("pragma"), "{sql}");
            last = now;
        }
    }

    #[tokio::test]
    async fn database_without_a_wal_has_none() {
        let folder = TempDir::new().unwrap();
        let mut connection = connect(&folder, SqliteJournalMode::Delete).await;
        execute(&mut connection, "create table x (a)").await;

        assert!(WalIndex::open(&folder.path().join("x.db")).is_none());
    }
}
