//! Looks at a database without changing anything in it: for the doctor, who may come before the
//! server's first start, or beside a server of another version.

use std::path::Path;
use std::time::{Duration, Instant};

use secrecy::ExposeSecret as _;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};
use tokio::time::timeout;

use crate::config::Database;
use crate::store::engine::error::{Error, Result};
use crate::store::engine::lock;

/// How long the database may take in all.
const PATIENCE: Duration = Duration::from_secs(12);
/// How long SQLite may look for damage.
const CHECK: Duration = Duration::from_secs(6);
/// So many of its steps lie between two looks at the clock.
const STEPS: i32 = 10_000;

/// What was found.
#[derive(Debug, Default)]
pub struct Inspection {
    /// What the database says that it is.
    pub version: String,
    /// Are there tables at all?
    pub has_tables: bool,
    /// How many migrations were made.
    pub made: usize,
    /// How many of this version's were not.
    pub pending: usize,
    /// Those that this version does not know.
    pub foreign: usize,
    /// The first one that differs from this version's, or failed in the middle.
    pub broken: Option<i64>,
    /// How the search for damage went.
    pub damage: Damage,
    /// The accounts; `None` where the tables are not this version's.
    pub accounts: Option<Accounts>,
}

/// How the search for damage went.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum Damage {
    /// The database sees to that itself.
    #[default]
    NotSought,
    /// There is none.
    None,
    /// There is some: the first that was found.
    Found(String),
    /// It took too long.
    Unfinished,
}

/// Who could administer, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accounts {
    /// All accounts.
    pub all: i64,
    /// Admins that are not disabled.
    pub admins: i64,
    /// Those of them with a password.
    pub with_password: i64,
    /// Those of them with an identity at an OP.
    pub linked: i64,
}

/// Looks at the database; `None` where it is a file that is not there yet.
///
/// # Errors
/// It cannot be opened, or not be read.
pub async fn inspect(database: &Database) -> Result<Option<Inspection>> {
    let looked = timeout(PATIENCE, async {
        match database {
            Database::Sqlite(path) => sqlite(path).await,
            Database::Postgres(url) => Ok(Some(postgres(url.expose_secret()).await?)),
        }
    });
    let late = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    looked.await.map_err(late)?
}

/// Looks into a table or several, on whichever connection.
macro_rules! look {
    ($connection:expr, $migrator:expr, $found:expr) => {{
        let made: Vec<(i64, bool, Vec<u8>)> =
            sqlx::query_as("select version, success, checksum from _sqlx_migrations")
                .fetch_all(&mut *$connection)
                .await?;
        compare(&made, &$migrator, $found);
        if $found.pending == 0 && $found.foreign == 0 && $found.broken.is_none() {
            let (all, admins, with_password, linked): (i64, i64, i64, i64) = sqlx::query_as(
                "select (select count(*) from account),
                     (select count(*) from account where role = 'admin' and disabled_at is null),
                     (select count(*) from account where role = 'admin' and disabled_at is null
                         and password_hash is not null),
                     (select count(*) from account where role = 'admin' and disabled_at is null
                         and account_id in (select account_id from identity))",
            )
            .fetch_one(&mut *$connection)
            .await?;
            $found.accounts = Some(Accounts {
                all,
                admins,
                with_password,
                linked,
            });
        }
    }};
}

/// Looks at a file. Where nobody has it open it is read as one that cannot change, so that SQLite
/// lays no other files beside it.
async fn sqlite(path: &Path) -> Result<Option<Inspection>> {
    let file_error = |source| Error::File {
        path: path.display().to_string(),
        source,
    };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file_error(error)),
        Ok(metadata) if metadata.len() == 0 => return Ok(None),
        Ok(_) => {}
    }
    // Without the right to read it SQLite only says that it cannot open it. Asked, and not tried:
    // whoever opens and closes the file by himself takes away all locks that SQLite has on it in this
    // process, and the next program that uses it would throw away the server's log.
    let may_read = rustix::fs::access(path, rustix::fs::Access::READ_OK);
    may_read.map_err(|error| file_error(error.into()))?;
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        // A server that nobody visits closes its connections, and its log is gone until it writes.
        .immutable(!Path::new(&log).exists() && !lock::is_used(path))
        .busy_timeout(CHECK);
    let unusable = |source| Error::Unusable {
        path: path.display().to_string(),
        source,
    };
    let mut connection = options.connect().await.map_err(unusable)?;
    let found = sqlite_tables(&mut connection).await;
    // Only read from: how it closes does not matter.
    let _ = connection.close().await;
    found.map(Some)
}

async fn sqlite_tables(connection: &mut SqliteConnection) -> Result<Inspection> {
    let mut found = Inspection::default();
    let (version,): (String,) = sqlx::query_as("select sqlite_version()")
        .fetch_one(&mut *connection)
        .await?;
    found.version = format!("SQLite {version}");
    found.damage = damage(connection).await?;
    if matches!(found.damage, Damage::Found(_)) {
        return Ok(found);
    }
    let (tables,): (i64,) =
        sqlx::query_as("select count(*) from sqlite_master where name = '_sqlx_migrations'")
            .fetch_one(&mut *connection)
            .await?;
    found.has_tables = tables > 0;
    if found.has_tables {
        look!(
            connection,
            sqlx::migrate!("./migrations/sqlite"),
            &mut found
        );
    }
    Ok(found)
}

/// Looks for damage, but not for long.
async fn damage(connection: &mut SqliteConnection) -> Result<Damage> {
    let until = Instant::now() + CHECK;
    connection
        .lock_handle()
        .await?
        .set_progress_handler(STEPS, move || Instant::now() < until);
    let checked: std::result::Result<(String,), _> = sqlx::query_as("pragma quick_check(1)")
        .fetch_one(&mut *connection)
        .await;
    connection.lock_handle().await?.remove_progress_handler();
    match checked {
        Ok((answer,)) if answer == "ok" => Ok(Damage::None),
        Ok((answer,)) => Ok(Damage::Found(answer)),
        Err(sqlx::Error::Database(error)) => match error.code().as_deref() {
            // SQLITE_INTERRUPT.
            Some("9") => Ok(Damage::Unfinished),
            _ => Ok(Damage::Found(error.message().to_owned())),
        },
        Err(error) => Err(error.into()),
    }
}

/// Looks at PostgreSQL, by a connection that cannot write.
async fn postgres(url: &str) -> Result<Inspection> {
    let options: PgConnectOptions = url.parse()?;
    let options = options.options([("default_transaction_read_only", "on")]);
    let mut connection = options.connect().await?;
    let found = postgres_tables(&mut connection).await;
    let _ = connection.close().await;
    found
}

async fn postgres_tables(connection: &mut PgConnection) -> Result<Inspection> {
    let mut found = Inspection::default();
    let (version, has_tables): (String, bool) = sqlx::query_as(
        "select current_setting('server_version'), to_regclass('_sqlx_migrations') is not null",
    )
    .fetch_one(&mut *connection)
    .await?;
    found.version = format!("PostgreSQL {version}");
    found.has_tables = has_tables;
    if found.has_tables {
        look!(
            connection,
            sqlx::migrate!("./migrations/postgres"),
            &mut found
        );
    }
    Ok(found)
}

/// Holds the migrations that were made against those that this version has.
fn compare(made: &[(i64, bool, Vec<u8>)], ours: &Migrator, found: &mut Inspection) {
    found.made = made.len();
    for migration in ours.iter() {
        let theirs = made
            .iter()
            .find(|(version, ..)| *version == migration.version);
        match theirs {
            None => found.pending += 1,
            Some((_, success, checksum)) if !success || *checksum != *migration.checksum => {
                found.broken = found.broken.or(Some(migration.version));
            }
            Some(_) => {}
        }
    }
    found.foreign = made
        .iter()
        .filter(|(version, ..)| ours.iter().all(|migration| migration.version != *version))
        .count();
}
