//! A server and commands that all begin at the same moment, on an empty database and at an update.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use sqlx::migrate::Migrator;
use sqlx::{Connection as _, Executor as _};
use tests::database::{Database, DatabaseKind};
use tests::places::workspace;
use tests::server::Server;

/// How many commands begin beside the server.
const COMMANDS: usize = 8;
/// How often all of it is tried.
const TRIALS: usize = 5;

/// Returns this version's migrations up to the second, as an earlier version had them.
async fn earlier(database: &str) -> Result<Migrator> {
    let folder = workspace().join("backend/migrations").join(database);
    let mut migrator = Migrator::new(folder).await?;
    let mut migrations = migrator.migrations.into_owned();
    migrations.truncate(2);
    migrator.migrations = migrations.into();
    Ok(migrator)
}

/// Makes the tables as an earlier version did, with some names that are to be searched.
async fn make_earlier(server: &Server) -> Result<()> {
    const ACCOUNTS: &str = "insert into account
        (account_id, username, username_key, display_name, email_set_by_admin, role, created_at, updated_at)
        values (ID, 'Alice', 'alice', 'Älice', false, 'admin', 1, 1)";
    if let Some(url) = server.database_url() {
        let mut connection = sqlx::PgConnection::connect(url).await?;
        earlier("postgres")
            .await?
            .run_direct(&mut connection)
            .await?;
        let id = "'019a0000000070008000000000000001'::uuid";
        connection
            .execute(ACCOUNTS.replace("ID", id).as_str())
            .await?;
        return Ok(connection.close().await?);
    }
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(server.data().join("postern.db"))
        .create_if_missing(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await?;
    earlier("sqlite").await?.run_direct(&mut connection).await?;
    let id = "x'019a0000000070008000000000000001'";
    connection
        .execute(ACCOUNTS.replace("ID", id).as_str())
        .await?;
    Ok(connection.close().await?)
}

async fn all_begin_at_once(kind: DatabaseKind, is_update: bool) -> Result<()> {
    for trial in 0..TRIALS {
        let mut server = Server::prepare(Database::create(kind).await?)?;
        if is_update {
            make_earlier(&server).await?;
        }
        let commands: Vec<_> = (0..COMMANDS)
            .map(|_| {
                let mut command: Command = server.other(&["user", "list"]);
                let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
                command.stderr(Stdio::piped()).spawn()
            })
            .collect();

        server
            .start()
            .await
            .with_context(|| format!("trial {trial}"))?;

        for command in commands {
            let output = command?.wait_with_output()?;
            ensure!(output.status.success(), "trial {trial}: {output:?}");
        }
        server.stop().await?;
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn server_and_commands_may_begin_at_once_on_no_database() -> Result<()> {
    all_begin_at_once(DatabaseKind::Sqlite, false).await
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn server_and_commands_may_begin_at_once_at_an_update() -> Result<()> {
    all_begin_at_once(DatabaseKind::Sqlite, true).await
}

#[tokio::test]
#[ignore = "needs PostgreSQL; cargo xtask test runs it"]
async fn server_and_commands_may_begin_at_once_on_no_postgresql_database() -> Result<()> {
    all_begin_at_once(DatabaseKind::Postgres, false).await
}

#[tokio::test]
#[ignore = "needs PostgreSQL; cargo xtask test runs it"]
async fn server_and_commands_may_begin_at_once_at_an_update_on_postgresql() -> Result<()> {
    all_begin_at_once(DatabaseKind::Postgres, true).await
}
