//! The command line: which of the commands to run. Settings are not here but in the environment
//! (`config`), so that there is one place to look for them. A command is a file: what it is given
//! (`Args`), and its `run`. All of them may be used beside a running server.

mod authentik;
mod check_config;
mod doctor;
mod accounts;
mod user;
mod login_link;
mod session;
mod audit;
mod setup_token;
mod identities;
mod backup;
mod restore;
mod who;
mod password;
mod links;
mod operator;
mod console;
mod table;
mod date;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use self::accounts::{Accounts, run_line, run_line_on_file};
pub use self::console::{Console, Keyboard};
use crate::app::{App, AppState};
use crate::config::{self, Config};
use clock::Clock;

/// The exit code for settings that cannot be used; the command line's own faults have it too.
pub const EXIT_BAD_SETTINGS: u8 = 2;

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Run the server; the same as `postern` alone
    Serve,
    /// Set Authentik up for Postern: print a blueprint, or do it over its API
    #[command(subcommand)]
    Authentik(Box<authentik::AuthentikCommand>),
    /// Read the settings, say everything that is wrong with them, and exit: 0 good, 2 not
    CheckConfig,
    /// Look at everything that a login needs, from DNS to the redirect URI, and say what to do
    Doctor(doctor::Args),
    /// Something with accounts, or with the database that holds them
    #[command(flatten)]
    Accounts(Accounts),
}

/// The front door of a self-hosted application: login by password or through an OpenID Provider.
#[derive(Debug, Parser)]
#[command(
    name = "postern",
    bin_name = "postern",
    version,
    after_help = "`postern --help` also lists the settings, which are environment variables.",
    after_long_help = config::help(),
    disable_help_subcommand = true
)]
struct Cli {
    /// Nothing means [`Command::Serve`].
    #[command(subcommand)]
    command: Option<Command>,
}

/// Reads the command line. For `--help`, `--version` and anything unknown it prints what is to be
/// said and ends the process.
pub fn parse() -> Command {
    Cli::parse().command.unwrap_or(Command::Serve)
}

/// Runs a command, all but [`Command::Serve`], and returns its exit code.
///
/// # Errors
/// What kept it from being done, to be told to whoever typed it.
pub async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve => unreachable!("`main` serves"),
        Command::Authentik(command) => authentik::run(*command).await,
        Command::CheckConfig => Ok(check_config::run()?),
        Command::Doctor(args) => doctor::run(&args).await,
        Command::Accounts(command) => command.run().await,
    }
}

/// Reads the settings; tells standard error what is wrong with them, and returns the exit code
/// then.
///
/// # Errors
/// Standard error cannot be written to.
pub fn settings() -> io::Result<Result<(Config, Vec<config::Notice>), ExitCode>> {
    Ok(match Config::from_env() {
        Ok(read) => Ok(read),
        Err(faults) => {
            writeln!(io::stderr(), "{faults}")?;
            Err(ExitCode::from(EXIT_BAD_SETTINGS))
        }
    })
}

/// Gives a command the application, with the settings and the database of the server, and closes
/// the database afterwards.
async fn with_app(
    command: impl AsyncFnOnce(&AppState) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    let config = match settings()? {
        Ok((config, _)) => config,
        Err(code) => return Ok(code),
    };
    let app = App::new(config, Clock::System).await?;
    let outcome = command(&app).await;
    app.store.close().await;
    outcome
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{Cli, Command};
    use crate::config::VARIABLES;

    #[test]
    fn commands() {
        Cli::command().debug_assert();
        for (word, expected) in [
            ("serve", Command::Serve),
            ("check-config", Command::CheckConfig),
        ] {
            let cli = Cli::try_parse_from(["postern", word]).unwrap();

            assert_eq!(cli.command, Some(expected));
        }
        assert_eq!(Cli::try_parse_from(["postern"]).unwrap().command, None);
        assert_eq!(
            Cli::try_parse_from(["postern", "server"])
                .unwrap_err()
                .exit_code(),
            2
        );
        assert_eq!(
            Cli::try_parse_from(["postern", "serve", "--x"])
                .unwrap_err()
                .exit_code(),
            2
        );
    }

    #[test]
    fn the_long_help_lists_the_settings() {
        let help = Cli::command().render_long_help().to_string();

        for variable in VARIABLES {
            assert!(
                help.contains(&format!("  {} [", variable.name)),
                "{}",
                variable.name
            );
        }
        for command in [
            "serve",
            "setup-token",
            "authentik",
            "check-config",
            "user",
            "restore",
        ] {
            assert!(help.contains(&format!("  {command} ")), "{command}: {help}");
        }
    }
}
