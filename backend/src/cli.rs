//! The command line: which of the few commands to run. Settings are not here but in the
//! environment (`config`), so that there is one place to look for them.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{self, Config, Database, Faults, Notice};

/// The exit code for settings that cannot be used; the command line's own faults have it too.
pub const EXIT_BAD_SETTINGS: u8 = 2;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Run the server; the same as `postern` alone
    Serve,
    /// Print the token that opens /setup, where the first admin is made
    SetupToken,
    /// Read the settings, say everything that is wrong with them, and exit: 0 good, 2 not
    CheckConfig,
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

/// Runs `postern check-config`: prints what is wrong with the settings of this process, or what
/// they come to.
///
/// # Errors
/// Standard output cannot be written to.
pub fn check_config() -> io::Result<ExitCode> {
    report(&Config::from_env(), &mut io::stdout().lock())
}

/// Writes down what reading the settings came to.
fn report(
    outcome: &Result<(Config, Vec<Notice>), Faults>,
    out: &mut impl Write,
) -> io::Result<ExitCode> {
    let (config, notices) = match outcome {
        Ok(good) => good,
        Err(faults) => {
            writeln!(out, "{faults}")?;
            return Ok(ExitCode::from(EXIT_BAD_SETTINGS));
        }
    };
    writeln!(out, "The settings are good.\n")?;
    writeln!(out, "Listens on   {}", config.listen)?;
    if let Some(public) = &config.public_url {
        writeln!(out, "Public URL   {}", public.origin())?;
    }
    let passwords = if config.password_login { "on" } else { "off" };
    writeln!(out, "Passwords    {passwords}")?;
    match &config.oidc {
        Some(oidc) => writeln!(
            out,
            "Provider     {} ({})",
            oidc.provider,
            oidc.discovery_url()
        )?,
        None => writeln!(out, "Provider     none")?,
    }
    match &config.database {
        Database::Sqlite(path) => writeln!(out, "Database     SQLite, {}", path.display())?,
        Database::Postgres(_) => writeln!(out, "Database     PostgreSQL")?,
    }
    if !notices.is_empty() {
        writeln!(out, "\nNoticed:")?;
        for notice in notices {
            writeln!(out, "- {notice}.")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{Cli, Command, report};
    use crate::config::{Config, VARIABLES};

    /// Returns what `check-config` prints for these settings.
    fn printed(vars: &[(&str, &str)]) -> String {
        let vars = vars
            .iter()
            .map(|&(name, text)| (name.to_owned(), text.to_owned()));
        let mut out = Vec::new();
        report(&Config::from_vars(vars), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn commands() {
        Cli::command().debug_assert();
        for (word, expected) in [
            ("serve", Command::Serve),
            ("setup-token", Command::SetupToken),
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
        for command in ["serve", "setup-token", "check-config"] {
            assert!(help.contains(&format!("  {command} ")), "{command}: {help}");
        }
    }

    #[test]
    fn good_settings_are_summed_up() {
        let printed = printed(&[("DATA_DIR", "/srv/postern"), ("POSTERN_X", "1")]);

        assert_eq!(
            printed,
            "The settings are good.

Listens on   127.0.0.1:8080
Passwords    on
Provider     none
Database     SQLite, /srv/postern/postern.db

Noticed:
- POSTERN_X is not a setting, and is ignored; `postern --help` lists all.
"
        );
    }

    #[test]
    fn bad_settings_are_listed() {
        let printed = printed(&[("POSTERN_LISTEN", ":80"), ("OIDC_ENABLED", "perhaps")]);

        assert!(printed.starts_with("Postern cannot start: 2 settings need mending.\n"));
        assert!(printed.contains("\n1. OIDC_ENABLED=\"perhaps\" is neither true nor false.\n"));
    }
}
