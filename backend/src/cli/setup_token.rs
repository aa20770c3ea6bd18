//! `postern setup-token`: prints the token for /setup.

use std::process::ExitCode;

use secrecy::ExposeSecret as _;
use serde_json::json;
use shared::routes;

use super::console::Console;
use super::links::address;
use crate::app::AppState;

/// The arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the setup token while setup is open.
pub(super) async fn run(
    args: &Args,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    let is_open = app.store.is_setup_open().await?;
    anyhow::ensure!(is_open, "this server has an admin: the setup is closed");
    let keys = app.keys();
    let token = keys.setup_token().expose_secret();
    if args.json {
        let url = format!("{}{}", address(app), routes::SETUP);
        console.json(&json!({"setup_token": token, "url": url}))?;
    } else {
        console.say(token)?;
    }
    Ok(ExitCode::SUCCESS)
}
