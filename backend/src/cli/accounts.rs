//! The commands on accounts and on the database that holds them. What they change, a server that
//! runs beside them sees with its next request: it keeps nothing of it in memory.

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::console::{Console, Keyboard};
use super::{
    audit, backup, identities, login_link, restore, session, settings, setup_token, user, with_app,
};
use crate::app::AppState;
use crate::clock::Clock;

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Accounts {
    /// Add, list and change accounts
    User(user::Args),
    /// Print a link that logs in once, whatever other ways are closed
    LoginLink(login_link::Args),
    /// List and end logins
    Session(session::Args),
    /// Show who did what
    Audit(audit::Args),
    /// Print the token that opens /setup, where the first admin is made
    SetupToken(setup_token::Args),
    /// Take the connections to a provider along to its new address
    Identities(identities::Args),
    /// Copy the SQLite database while the server runs
    Backup(backup::Args),
    /// Put a backup in the place of the SQLite database, while no server runs
    Restore(restore::Args),
}

impl Accounts {
    /// Runs the command with this process's settings and terminal.
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let mut console = Console {
            out: &mut std::io::stdout(),
            err: &mut std::io::stderr(),
            keyboard: Keyboard::Process,
        };
        // These two open the database in their own way.
        match &self {
            Self::Backup(args) => {
                return match settings()? {
                    Ok((config, _)) => backup::run(args, &config, &mut console).await,
                    Err(code) => Ok(code),
                };
            }
            Self::Restore(args) => {
                let now = Clock::System.now();
                return match settings()? {
                    Ok((config, _)) => restore::run(args, &config, now, &mut console).await,
                    Err(code) => Ok(code),
                };
            }
            _ => {}
        }
        with_app(async |app| match app.store.absence() {
            Some(reason) => Err(anyhow::anyhow!("the database is away: {reason}")),
            None => self.run_on(app, &mut console).await,
        })
        .await
    }

    /// Runs the command on that application.
    async fn run_on(&self, app: &AppState, console: &mut Console<'_>) -> anyhow::Result<ExitCode> {
        match self {
            Self::User(args) => user::run(args, app, console).await,
            Self::LoginLink(args) => login_link::run(args, app, console).await,
            Self::Session(args) => session::run(args, app, console).await,
            Self::Audit(args) => audit::run(args, app, console).await,
            Self::SetupToken(args) => setup_token::run(args, app, console).await,
            Self::Identities(args) => identities::run(args, app, console).await,
            Self::Backup(args) => backup::run(args, &app.config, console).await,
            Self::Restore(args) => restore::run(args, &app.config, app.clock.now(), console).await,
        }
    }
}

/// Only these commands.
#[derive(Debug, Parser)]
#[command(name = "postern", disable_help_subcommand = true)]
struct Line {
    #[command(subcommand)]
    command: Accounts,
}

/// Runs a command line of these commands on an application that is there already: what `postern`
/// does with it in a process of its own.
///
/// # Errors
/// As the command, and where the words are none.
pub async fn run_line(
    words: &[&str],
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    let words = ["postern"].iter().chain(words);
    let matches = Line::command().try_get_matches_from(words)?;
    Line::from_arg_matches(&matches)?
        .command
        .run_on(app, console)
        .await
}
