//! `postern move-database`: from SQLite to PostgreSQL, or back.
//!
//! Accounts, logins and everything else are the same afterwards, and the old database is only read.

use std::fs::File;
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;

use super::console::Console;
use super::folder_owner::FolderOwner;
use super::restore::alone;
use crate::config::{Config, Database};
use crate::private_file::{self, folder_of};
use crate::store::{Moved, prepare_transfer, transfer};

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// The new database: `postgres://user:password@host/name` or `sqlite:/path/to/file`. Without it,
    /// the URL is read from the environment variable `NEW_DATABASE_URL`, which no other user sees
    #[arg(long, env = "NEW_DATABASE_URL", hide_env_values = true)]
    to: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Moves everything, as the owner of the folder of the SQLite file.
pub(super) async fn run(
    args: &Args,
    config: &Config,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    let to: Database = args
        .to
        .parse()
        .map_err(anyhow::Error::msg)
        .context("the new database")?;
    let file = [&config.database, &to].into_iter().find_map(|it| match it {
        Database::Sqlite(path) => Some(path.clone()),
        Database::Postgres(_) => None,
    });
    let owner = file
        .as_deref()
        .and_then(|file| FolderOwner::to_act_as(folder_of(file)));
    let mut work = async || {
        drop(keep_away(&config.database, &to).await?);
        prepare_transfer(&config.database, &to).await?;
        let _locks = keep_away(&config.database, &to).await?;
        let mut said = Ok(());
        let moved = transfer(&config.database, &to, |table, rows| {
            if !args.json && said.is_ok() {
                said = console.remark(&format!("{table}: {rows}"));
            }
        });
        let moved = moved.await?;
        report(args, &to, &moved, console)?;
        Ok(ExitCode::SUCCESS)
    };
    match owner {
        Some(owner) => owner.act_async(work),
        None => work().await,
    }
}

/// Keeps servers away from the SQLite file while the result is held.
async fn keep_away(from: &Database, to: &Database) -> anyhow::Result<Vec<File>> {
    let mut locks = Vec::new();
    for database in [from, to] {
        if let Database::Sqlite(path) = database {
            let folder = folder_of(path);
            private_file::create_folder(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
            locks.extend(alone(path).await?);
        }
    }
    Ok(locks)
}

/// Says what was moved, and what remains to be done.
fn report(
    args: &Args,
    to: &Database,
    moved: &Moved,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    if args.json {
        let rows: serde_json::Map<_, _> = moved
            .iter()
            .map(|(table, rows)| ((*table).to_owned(), json!(rows)))
            .collect();
        return console.json(&json!({ "moved": rows }));
    }
    let of = |name: &str| {
        moved
            .iter()
            .find(|(table, _)| *table == name)
            .map_or(0, |it| it.1)
    };
    console.say(&format!(
        "Moved, and compared: {} accounts, {} sessions, {} audit entries.",
        of("account"),
        of("session"),
        of("audit")
    ))?;
    let next = match to {
        Database::Postgres(_) => {
            "Now set DATABASE_URL to the new database, and start the server. If several servers will \
             share it, give each the same POSTERN_SECRET_KEY: the content of secret.key."
        }
        Database::Sqlite(_) => "Now set DATABASE_URL to the new database, and start the server.",
    };
    Ok(console.say(next)?)
}
