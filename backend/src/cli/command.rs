//! Parses and runs the command.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use super::accounts::Accounts;
use super::{authentik, check_config, doctor, healthcheck, paper};
use crate::config;

/// The commands.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Run the server; the same as `postern` alone
    Serve,
    /// Set Authentik up for Postern: print a blueprint, or do it over its API
    #[command(subcommand)]
    Authentik(Box<authentik::AuthentikCommand>),
    /// Check the settings, print every fault, and exit: 0 good, 2 not
    CheckConfig,
    /// Check everything that a login needs, from DNS to the redirect URI, and say what to do
    Doctor(doctor::Args),
    /// Ask the running server whether it answers, and exit: 0 yes, 1 no
    Healthcheck,
    /// Print what completes commands and options in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Man {
        /// The folder, which must exist
        folder: PathBuf,
    },
    /// Commands for accounts, or for the database
    #[command(flatten)]
    Accounts(Accounts),
}

/// The front door of a self-hosted application: login by password or through an OpenID Provider.
#[derive(Debug, Parser)]
#[command(
    name = "postern",
    bin_name = "postern",
    version = env!("POSTERN_VERSION"),
    after_help = "`postern --help` also lists the settings, which are environment variables.",
    after_long_help = config::help(),
    disable_help_subcommand = true
)]
struct Cli {
    /// `None` means [`Command::Serve`].
    #[command(subcommand)]
    command: Option<Command>,
}

/// Reads the command line. For `--help`, `--version` and an unknown command it prints the answer
/// and ends the process.
pub fn parse() -> Command {
    Cli::parse().command.unwrap_or(Command::Serve)
}

/// Runs any command but [`Command::Serve`], and returns its exit code.
///
/// # Errors
/// Why the command failed, for whoever typed it.
pub async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve => unreachable!("`main` serves"),
        Command::Authentik(command) => authentik::run(*command).await,
        Command::CheckConfig => Ok(check_config::run()?),
        Command::Healthcheck => healthcheck::run().await,
        Command::Completions { shell } => {
            paper::completions(Cli::command(), shell);
            Ok(ExitCode::SUCCESS)
        }
        Command::Man { folder } => {
            paper::man(Cli::command(), &folder)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Doctor(args) => doctor::run(&args).await,
        Command::Accounts(command) => command.run().await,
    }
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
