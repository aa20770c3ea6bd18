//! Reads the settings for a command, and builds the application.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::app::{App, AppState};
use crate::config::{self, Config};
use clock::Clock;

/// The exit code for faulty settings, which is also that for a faulty command line.
pub const EXIT_BAD_SETTINGS: u8 = 2;

/// Reads the settings. Writes their faults to standard error, and then returns the exit code.
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

/// Runs a command on the application, with the server's settings and database. Closes the database
/// at the end.
pub(super) async fn with_app(
    config: Config,
    command: impl AsyncFnOnce(&AppState) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    let app = App::new(config, Clock::System).await?;
    let outcome = command(&app).await;
    app.store.close().await;
    outcome
}
