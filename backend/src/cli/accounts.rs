//! The commands on accounts and on the database. A running server sees their changes at its next
//! request, because it caches nothing of them.

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::console::{Console, Keyboard};
use super::folder_owner::FolderOwner;
use super::settings::{settings, with_app};
use super::{
    audit, backup, identities, import, login_link, move_database, restore, session, setup_token,
    user,
};
use crate::app::AppState;
use crate::config::Config;
use clock::{Clock, Timestamp};

/// The commands.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Accounts {
    /// Add, list and change accounts
    User(user::Args),
    /// Print a link that logs in once, even if all other ways are closed
    LoginLink(login_link::Args),
    /// List and end logins
    Session(session::Args),
    /// Show who did what
    Audit(audit::Args),
    /// Print the token for /setup, where the first admin is created
    SetupToken(setup_token::Args),
    /// Move the connections of a provider to its new address
    Identities(identities::Args),
    /// Copy the SQLite database while the server runs
    Backup(backup::Args),
    /// Replace the SQLite database with a backup, while no server runs
    Restore(restore::Args),
    /// Make accounts of another program's, with their passwords
    Import(import::Args),
    /// Move everything from SQLite to PostgreSQL, or back, while no server runs
    MoveDatabase(move_database::Args),
}

impl Accounts {
    /// Runs the command with this process's settings and terminal.
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let mut console = Console {
            out: &mut io::stdout(),
            err: &mut io::stderr(),
            keyboard: Keyboard::Process,
        };
        let config = match settings()? {
            Err(code) => return Ok(code),
            Ok((config, _)) => config,
        };
        let now = Clock::System.now();
        if let Some(outcome) = self.run_on_file(&config, now, &mut console).await {
            return outcome;
        }
        let owner = FolderOwner::to_act_as(&config.data_dir);
        let work = || {
            with_app(config, async |app| match app.store.absence() {
                Some(reason) => Err(anyhow::anyhow!("the database is away: {reason}")),
                None => self.run_on(app, &mut console).await,
            })
        };
        let outcome = match owner {
            Some(owner) => owner.act_async(work),
            None => work().await,
        };
        match outcome {
            // The reader stopped reading, as `head` does.
            Err(error) if is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
            outcome => outcome,
        }
    }

    /// Runs a command that opens the database itself; `None` for the others.
    async fn run_on_file(
        &self,
        config: &Config,
        now: Timestamp,
        console: &mut Console<'_>,
    ) -> Option<anyhow::Result<ExitCode>> {
        match self {
            Self::Backup(args) => Some(backup::run(args, config, console).await),
            Self::Restore(args) => Some(restore::run(args, config, now, console).await),
            Self::MoveDatabase(args) => Some(move_database::run(args, config, console).await),
            _ => None,
        }
    }

    /// Runs the command on that application.
    async fn run_on(&self, app: &AppState, console: &mut Console<'_>) -> anyhow::Result<ExitCode> {
        let (config, now) = (&app.config, app.clock.now());
        match self {
            Self::User(args) => user::run(args, app, console).await,
            Self::LoginLink(args) => login_link::run(args, app, console).await,
            Self::Session(args) => session::run(args, app, console).await,
            Self::Audit(args) => audit::run(args, app, console).await,
            Self::SetupToken(args) => setup_token::run(args, app, console).await,
            Self::Identities(args) => identities::run(args, app, console).await,
            Self::Import(args) => import::run(args, app, console).await,
            Self::Backup(args) => backup::run(args, config, console).await,
            Self::Restore(args) => restore::run(args, config, now, console).await,
            Self::MoveDatabase(args) => move_database::run(args, config, console).await,
        }
    }
}

/// Returns true if the reader of the output is gone.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Only these commands.
#[derive(Debug, Parser)]
#[command(name = "postern", disable_help_subcommand = true)]
struct Line {
    #[command(subcommand)]
    command: Accounts,
}

/// Parses a command line of these commands.
fn parse(words: &[&str]) -> Result<Accounts, clap::Error> {
    let words = ["postern"].iter().chain(words);
    let matches = Line::command().try_get_matches_from(words)?;
    Ok(Line::from_arg_matches(&matches)?.command)
}

/// Runs a command line of these commands on an existing application, as `postern` does in its own
/// process.
///
/// # Errors
/// Those of the command, or the words are not a command.
pub async fn run_line(
    words: &[&str],
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    parse(words)?.run_on(app, console).await
}

/// Does the same for `backup`, `restore` and `move-database`, which need no application.
///
/// # Errors
/// Those of the command, or the words are another command.
pub async fn run_line_on_file(
    words: &[&str],
    config: &Config,
    now: Timestamp,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    let outcome = parse(words)?.run_on_file(config, now, console).await;
    outcome.unwrap_or_else(|| Err(anyhow::anyhow!("this one wants an application")))
}
