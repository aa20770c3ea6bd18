//! `postern check-config`: reports the faults of the settings.

use std::io::{self, Write};
use std::process::ExitCode;

use super::settings::EXIT_BAD_SETTINGS;
use crate::config::{Config, Database, Faults, Notice};

/// Runs `postern check-config`: prints the faults of this process's settings, or the settings.
///
/// # Errors
/// Standard output cannot be written to.
pub(super) fn run() -> io::Result<ExitCode> {
    report(&Config::from_env(), &mut io::stdout().lock())
}

/// Describes the result of reading the settings.
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
            oidc.rp.discovery_url()
        )?,
        None => writeln!(out, "Provider     none")?,
    }
    match &config.database {
        Database::Sqlite(path) => writeln!(out, "Database     SQLite, {}", path.display())?,
        Database::Postgres(_) => writeln!(out, "Database     PostgreSQL")?,
    }
    for app in &config.applications.0 {
        let how = match &app.upstream {
            Some(upstream) => format!("passed on to {upstream}"),
            None => "a reverse proxy asks".to_owned(),
        };
        let (name, origin) = (&app.name, app.url.origin());
        writeln!(out, "Application  {name}: {origin}, {how}")?;
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
    use super::report;
    use crate::config::Config;

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
    fn good_settings_are_summed_up() {
        let printed = printed(&[
            ("DATA_DIR", "/srv/postern"),
            ("POSTERN_PUBLIC_URL", "https://login.example.com"),
            ("POSTERN_UPSTREAM", "http://127.0.0.1:3000"),
            ("POSTERN_APP_WIKI_URL", "https://wiki.example.com:8443"),
            ("POSTERN_TRUSTED_PROXIES", "127.0.0.1"),
            ("POSTERN_X", "1"),
        ]);

        assert_eq!(
            printed,
            "The settings are good.

Listens on   127.0.0.1:8080
Public URL   https://login.example.com
Passwords    on
Provider     none
Database     SQLite, /srv/postern/postern.db
Application  home: https://login.example.com, passed on to http://127.0.0.1:3000
Application  wiki: https://wiki.example.com:8443, a reverse proxy asks

Noticed:
- POSTERN_X is not a setting, and is ignored; `postern --help` lists all.
"
        );
    }

    #[test]
    fn bad_settings_are_listed() {
        let printed = printed(&[("POSTERN_LISTEN", ":80"), ("OIDC_ENABLED", "perhaps")]);

        assert!(printed.starts_with("Postern cannot start: 2 settings need fixing.\n"));
        assert!(printed.contains("\n1. OIDC_ENABLED=\"perhaps\" is neither true nor false.\n"));
    }
}
