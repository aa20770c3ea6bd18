//! `postern setup-token`: what opens /setup.

use std::io::{self, Write as _};
use std::process::ExitCode;

use secrecy::ExposeSecret as _;

use crate::app::AppState;

/// Prints the setup token, while it opens anything.
pub(super) async fn run(app: &AppState) -> anyhow::Result<ExitCode> {
    let is_open = app.store.is_setup_open().await?;
    anyhow::ensure!(is_open, "this server has an admin: the setup is closed");
    writeln!(io::stdout(), "{}", app.keys().setup_token().expose_secret())?;
    Ok(ExitCode::SUCCESS)
}
