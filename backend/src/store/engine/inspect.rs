//! Inspects a database without changing it, for the doctor, who may run before the server's first
//! start, or beside a server of another version.

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
use crate::store::engine::postgres::CONTRACT;

/// How long everything together may take.
const PATIENCE: Duration = Duration::from_secs(12);
/// How long SQLite may search for damage.
const CHECK: Duration = Duration::from_secs(6);
/// How many of its steps SQLite takes between two looks at the clock.
const STEPS: i32 = 10_000;

/// The findings.
#[derive(Debug, Default)]
pub struct Inspection {
    /// The version that the database reports.
    pub version: String,
    /// True if there are tables at all.
    pub has_tables: bool,
    /// How many migrations were applied.
    pub made: usize,
    /// How many of this version's were not applied.
    pub pending: usize,
    /// The applied ones that this version does not know.
    pub foreign: usize,
    /// Does this version run although there are such? Several servers are replaced one after the other.
    pub runs_beside_newer: bool,
    /// The first one that differs from this version's, or failed halfway.
    pub broken: Option<i64>,
    /// The result of the search for damage.
    pub damage: Damage,
    /// The accounts; `None` if the tables are not this version's.
    pub accounts: Option<Accounts>,
    /// What accounts are connected to; `None` where the tables are not this version's.
    pub connections: Option<Connections>,
}

/// At which issuers accounts are connected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connections {
    /// How many accounts are connected at both of two issuers, which may be one and the same.
    pub pairs: Vec<IssuerPair>,
    /// When a login last brought an ID token of another issuer, in Unix seconds; `None` if none did.
    pub foreign_token_at: Option<i64>,
}

/// Two issuers, and the accounts that are connected at both.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IssuerPair {
    /// The one.
    pub issuer: String,
    /// The other, or the same.
    pub other: String,
    /// How many accounts.
    pub accounts: i64,
    /// When one of them last logged in at `issuer`, in Unix seconds.
    pub last_login_at: Option<i64>,
}

impl Connections {
    /// Returns each issuer once.
    pub fn issuers(&self) -> impl Iterator<Item = &str> {
        let same = self.pairs.iter().filter(|pair| pair.issuer == pair.other);
        same.map(|pair| pair.issuer.as_str())
    }

    /// Returns how many accounts are connected at an issuer.
    #[must_use]
    pub fn accounts_at(&self, issuer: &str) -> i64 {
        self.pair(issuer, issuer).map_or(0, |pair| pair.accounts)
    }

    /// Returns how many accounts are connected at the first issuer and not at the second.
    #[must_use]
    pub fn accounts_at_first_alone(&self, first: &str, second: &str) -> i64 {
        let both = self.pair(first, second).map_or(0, |pair| pair.accounts);
        self.accounts_at(first) - both
    }

    /// Returns when somebody last logged in at an issuer; `None` if nobody did.
    #[must_use]
    pub fn last_login_at(&self, issuer: &str) -> Option<i64> {
        self.pair(issuer, issuer)?.last_login_at
    }

    fn pair(&self, issuer: &str, other: &str) -> Option<&IssuerPair> {
        let mut pairs = self.pairs.iter();
        pairs.find(|pair| pair.issuer == issuer && pair.other == other)
    }
}

/// The result of the search for damage.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum Damage {
    /// The database checks that itself.
    #[default]
    NotSought,
    /// There is none.
    None,
    /// There is some; the first finding.
    Found(String),
    /// It took too long.
    Unfinished,
}

/// Who could act as an admin, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accounts {
    /// All accounts.
    pub all: i64,
    /// Admins that are not disabled.
    pub admins: i64,
    /// Those of them with a password.
    pub with_password: i64,
    /// Those of them with an identity at the issuer that was asked about; at any, if none was.
    pub linked: i64,
}

/// Inspects the database; `None` if it is a file that does not exist yet.
///
/// # Errors
/// It cannot be opened, or cannot be read.
pub async fn inspect(database: &Database, issuer: Option<&str>) -> Result<Option<Inspection>> {
    let looked = timeout(PATIENCE, async {
        match database {
            Database::Sqlite(path) => sqlite(path, issuer).await,
            Database::Postgres(url) => Ok(Some(postgres(url.expose_secret(), issuer).await?)),
        }
    });
    let late = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    looked.await.map_err(late)?
}

/// Reads one table or more, on either kind of connection.
macro_rules! look {
    ($connection:expr, $migrator:expr, $issuer:expr, $found:expr) => {{
        let made: Vec<(i64, bool, Vec<u8>, String)> = sqlx::query_as(
            "select version, success, checksum, description from _sqlx_migrations",
        )
        .fetch_all(&mut *$connection)
        .await?;
        compare(&made, &$migrator, $found);
        let is_known = $found.foreign == 0 || $found.runs_beside_newer;
        if $found.pending == 0 && is_known && $found.broken.is_none() {
            let (all, admins, with_password, linked): (i64, i64, i64, i64) = sqlx::query_as(
                "select (select count(*) from account),
                     (select count(*) from account where role = 'admin' and disabled_at is null),
                     (select count(*) from account where role = 'admin' and disabled_at is null
                         and password_hash is not null),
                     (select count(*) from account where role = 'admin' and disabled_at is null
                         and account_id in (select account_id from identity where $1 is null or issuer = $1))",
            )
            .bind($issuer)
            .fetch_one(&mut *$connection)
            .await?;
            $found.accounts = Some(Accounts {
                all,
                admins,
                with_password,
                linked,
            });
            let pairs = sqlx::query_as(
                "select one.issuer, two.issuer as other, count(*) as accounts,
                     max(one.last_login_at) as last_login_at
                 from identity one join identity two on one.account_id = two.account_id
                 group by one.issuer, two.issuer",
            )
            .fetch_all(&mut *$connection)
            .await?;
            let foreign_token_at =
                sqlx::query_scalar("select max(at) from audit where cause = 'token_foreign'")
                    .fetch_one(&mut *$connection)
                    .await?;
            $found.connections = Some(Connections {
                pairs,
                foreign_token_at,
            });
        }
    }};
}

/// Inspects a file. If nobody has it open, it is read as immutable, so that SQLite creates no other
/// files next to it.
async fn sqlite(path: &Path, issuer: Option<&str>) -> Result<Option<Inspection>> {
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
    // Without the right to read it, SQLite only says that it cannot open it. The right is checked
    // without opening: a process that opens and closes the file itself drops all locks that SQLite
    // holds on it in this process, and the next program that uses it would throw away the server's
    // log.
    let may_read = rustix::fs::access(path, rustix::fs::Access::READ_OK);
    may_read.map_err(|error| file_error(error.into()))?;
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        // A server without visitors closes its connections, and its log is gone until it writes.
        .immutable(!Path::new(&log).exists() && !lock::is_used(path))
        .busy_timeout(CHECK);
    let unusable = |source| Error::Unusable {
        path: path.display().to_string(),
        source,
    };
    let mut connection = options.connect().await.map_err(unusable)?;
    let found = sqlite_tables(&mut connection, issuer).await;
    // It was only read, so how it closes does not matter.
    let _ = connection.close().await;
    found.map(Some)
}

async fn sqlite_tables(
    connection: &mut SqliteConnection,
    issuer: Option<&str>,
) -> Result<Inspection> {
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
            issuer,
            &mut found
        );
    }
    Ok(found)
}

/// Searches for damage for a limited time.
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

/// Inspects PostgreSQL, on a read-only connection.
async fn postgres(url: &str, issuer: Option<&str>) -> Result<Inspection> {
    let options: PgConnectOptions = url.parse()?;
    let options = options.options([("default_transaction_read_only", "on")]);
    let mut connection = options.connect().await?;
    let found = postgres_tables(&mut connection, issuer).await;
    let _ = connection.close().await;
    found
}

async fn postgres_tables(
    connection: &mut PgConnection,
    issuer: Option<&str>,
) -> Result<Inspection> {
    let mut found = Inspection::default();
    let (version, has_tables): (String, bool) = sqlx::query_as(
        "select current_setting('server_version'), to_regclass('_sqlx_migrations') is not null",
    )
    .fetch_one(&mut *connection)
    .await?;
    found.version = format!("PostgreSQL {version}");
    found.has_tables = has_tables;
    found.runs_beside_newer = true;
    if found.has_tables {
        look!(
            connection,
            sqlx::migrate!("./migrations/postgres"),
            issuer,
            &mut found
        );
    }
    Ok(found)
}

/// Compares the applied migrations with this version's.
fn compare(made: &[(i64, bool, Vec<u8>, String)], ours: &Migrator, found: &mut Inspection) {
    found.made = made.len();
    for migration in ours.iter() {
        let theirs = made
            .iter()
            .find(|(version, ..)| *version == migration.version);
        match theirs {
            None => found.pending += 1,
            Some((_, success, checksum, _)) if !success || *checksum != *migration.checksum => {
                found.broken = found.broken.or(Some(migration.version));
            }
            Some(_) => {}
        }
    }
    let foreign = made
        .iter()
        .filter(|(version, ..)| ours.iter().all(|migration| migration.version != *version));
    found.foreign = foreign.clone().count();
    found.runs_beside_newer &= foreign
        .clone()
        .all(|(.., description)| !description.starts_with(CONTRACT));
}
