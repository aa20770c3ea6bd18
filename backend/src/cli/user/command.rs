//! Chooses the command of `postern user`.

use std::process::ExitCode;

use clap::Subcommand;

use super::{add, change, password, show, unlink};
use crate::app::AppState;
use crate::cli::console::Console;
use crate::cli::who::Who;

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: User,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

/// The commands for accounts.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
enum User {
    /// Create an account, and print a link for its owner to choose a password
    Add(add::Args),
    /// List the accounts
    List(show::ListArgs),
    /// Show an account, its connections, and where it is logged in
    Show(Who),
    /// Set or clear the email, which ties the account to the provider at the first login there
    SetEmail(change::EmailArgs),
    /// Make an account an admin, or an ordinary user; ends its logins
    SetRole(change::RoleArgs),
    /// Let a disabled account log in again
    Enable(Who),
    /// Refuse an account everywhere; end its logins and its links
    Disable(Who),
    /// Print a link for the owner to choose another password, or set one; ends its logins
    ResetPassword(password::Args),
    /// Disconnect an account from a provider, and end the logins that came from there
    Unlink(unlink::Args),
    /// Delete an account; its audit entries stay
    Delete(change::DeleteArgs),
}

/// Runs the command.
pub(in crate::cli) async fn run(
    args: &Args,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    let json = args.json;
    match &args.command {
        User::Add(args) => add::run(args, json, app, console).await?,
        User::List(args) => show::list(args, json, app, console).await?,
        User::Show(who) => show::show(who, json, app, console).await?,
        User::SetEmail(args) => change::email(args, json, app, console).await?,
        User::SetRole(args) => change::role(args, json, app, console).await?,
        User::Enable(who) => change::disabled(who, false, json, app, console).await?,
        User::Disable(who) => change::disabled(who, true, json, app, console).await?,
        User::ResetPassword(args) => password::reset(args, json, app, console).await?,
        User::Unlink(args) => unlink::run(args, json, app, console).await?,
        User::Delete(args) => change::delete(args, json, app, console).await?,
    }
    Ok(ExitCode::SUCCESS)
}
