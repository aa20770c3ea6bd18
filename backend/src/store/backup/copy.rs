//! Copies the SQLite file while servers use it, and reads what is in a copy.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::store::engine::error::{Error, Result};
use crate::store::engine::lock::PATIENCE;
use crate::store::engine::sqlite::MIGRATIONS;
use clock::Timestamp;

/// Summary of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// How many accounts.
    pub accounts: u64,
    /// The last migration of its tables.
    pub identities: u64,
    /// The last migration of its tables.
    pub version: i64,
    /// When the audit trail was last written to.
    pub last_entry_at: Option<Timestamp>,
}

/// Why a file cannot be used as Postern's database.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// SQLite cannot read it, or finds it damaged.
    #[error("it is damaged, or no SQLite database: {0}")]
    Damaged(String),
    /// It belongs to another program.
    #[error("it is no database of Postern: it lacks the tables")]
    NotPostern,
    /// A later version of Postern created it.
    #[error(
        "a later version of Postern made it: it has the migration {there}, and this one knows them \
         up to {here}. Use that version, or a later one"
    )]
    Newer {
        /// Its last migration.
        there: i64,
        /// The last one that this version knows.
        here: i64,
    },
    /// Its tables were created by another migration with this number.
    #[error("its tables are not those of any release of Postern: the migration {0} differs")]
    Altered(i64),
    /// It cannot be opened, read or written, for another reason.
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<sqlx::Error> for Unfit {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) if is_damage(error.code().as_deref()) => {
                Self::Damaged(error.message().to_owned())
            }
            error => Self::Store(error.into()),
        }
    }
}

/// Opens an existing file.
pub(crate) async fn open(path: &Path) -> sqlx::Result<SqliteConnection> {
    options(path).connect().await
}

/// Returns the options for opening an existing file.
pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(PATIENCE)
}

/// Copies the database, as it is at one moment, to `target`, which must be empty or absent. Writers
/// do not wait for it. The copy does not contain deleted rows; letters of deleted names are in its index
/// until the next sweep.
///
/// # Errors
/// [`Error::Unusable`]: one of the two cannot be read or written, or the disk is full.
pub async fn copy_sqlite(database: &Path, target: &Path) -> Result<()> {
    let unusable = |source| Error::Unusable {
        path: database.display().to_string(),
        source,
    };
    let mut connection = open(database).await.map_err(unusable)?;
    let copied = sqlx::query("vacuum into $1")
        .bind(target.to_str())
        .execute(&mut connection)
        .await;
    let closed = connection.close().await;
    copied.and(closed).map_err(unusable)
}

/// Checks a file from its first page to its last, and summarizes it.
///
/// # Errors
/// Why it cannot be used.
pub async fn check_sqlite(path: &Path) -> std::result::Result<Contents, Unfit> {
    let mut connection = open(path).await?;
    let looked = look(&mut connection).await;
    // Closing changes nothing: everything was read already.
    let _ = connection.close().await;
    looked
}

/// Returns true if SQLite's code says that a file is no database, or is damaged.
fn is_damage(code: Option<&str>) -> bool {
    // SQLITE_CORRUPT, SQLITE_NOTADB.
    matches!(primary(code), Some(11 | 26))
}

/// Returns the primary result code.
pub(crate) fn primary(code: Option<&str>) -> Option<u32> {
    Some(code?.parse::<u32>().ok()? & 0xff)
}

async fn look(connection: &mut SqliteConnection) -> std::result::Result<Contents, Unfit> {
    let faults: Vec<(String,)> = sqlx::query_as("pragma integrity_check(3)")
        .fetch_all(&mut *connection)
        .await?;
    let faults: Vec<String> = faults.into_iter().map(|(fault,)| fault).collect();
    if faults != ["ok"] {
        return Err(Unfit::Damaged(faults.join("; ")));
    }
    let tables: i64 = sqlx::query_scalar(
        "select count(*) from sqlite_master
         where type = 'table' and name in ('_sqlx_migrations', 'account', 'identity', 'session', 'setting')",
    )
    .fetch_one(&mut *connection)
    .await?;
    if tables != 5 {
        return Err(Unfit::NotPostern);
    }
    let astray = sqlx::query("pragma foreign_key_check")
        .fetch_all(&mut *connection)
        .await?;
    if !astray.is_empty() {
        let rows = format!(
            "{} rows belong to accounts that are not there",
            astray.len()
        );
        return Err(Unfit::Damaged(rows));
    }
    let version = version(&mut *connection).await?;
    Ok(contents(connection, version).await?)
}

/// Compares a file's migrations with those of this version; returns the last one.
async fn version(connection: &mut SqliteConnection) -> std::result::Result<i64, Unfit> {
    let applied: Vec<(i64, Vec<u8>, bool)> =
        sqlx::query_as("select version, checksum, success from _sqlx_migrations order by version")
            .fetch_all(connection)
            .await?;
    let here = MIGRATIONS.iter().map(|known| known.version).max();
    let here = here.unwrap_or_default();
    let Some(&(there, ..)) = applied.last() else {
        return Err(Unfit::NotPostern);
    };
    if there > here {
        return Err(Unfit::Newer { there, here });
    }
    for (version, checksum, success) in &applied {
        let known = MIGRATIONS.iter().find(|known| known.version == *version);
        if !success || known.is_none_or(|known| *known.checksum != **checksum) {
            return Err(Unfit::Altered(*version));
        }
    }
    Ok(there)
}

async fn contents(connection: &mut SqliteConnection, version: i64) -> sqlx::Result<Contents> {
    let (accounts, identities): (i64, i64) =
        sqlx::query_as("select (select count(*) from account), (select count(*) from identity)")
            .fetch_one(&mut *connection)
            .await?;
    // The first version has no audit trail.
    let has_audit: bool = sqlx::query_scalar(
        "select exists (select 1 from sqlite_master where type = 'table' and name = 'audit')",
    )
    .fetch_one(&mut *connection)
    .await?;
    let last: Option<i64> = if has_audit {
        sqlx::query_scalar("select max(at) from audit")
            .fetch_one(&mut *connection)
            .await?
    } else {
        None
    };
    Ok(Contents {
        accounts: u64::try_from(accounts).unwrap_or_default(),
        identities: u64::try_from(identities).unwrap_or_default(),
        version,
        last_entry_at: last.map(Timestamp::from_unix),
    })
}
