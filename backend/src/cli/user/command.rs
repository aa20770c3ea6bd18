//! Which command of `postern user` to run.

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

/// What to do with accounts.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
enum User {
    /// Make an account, and print a link by which its owner chooses a password
    Add(add::Args),
    /// List the accounts
    List(show::ListArgs),
    /// Show an account, what is connected to it, and where it is logged in
    Show(Who),
    /// Set or clear the email, which ties the account to the provider at the first login there
    SetEmail(change::EmailArgs),
    /// Make an admin of an account, or no longer; ends its logins
    SetRole(change::RoleArgs),
    /// Let a disabled account log in again
    Enable(Who),
    /// Refuse an account everywhere; ends its logins and its links
    Disable(Who),
    /// Print a link by which its owner chooses another password, or set one; ends its logins
    ResetPassword(password::Args),
    /// Disconnect an account from a provider, and end the logins that came from there
    Unlink(unlink::Args),
    /// Delete an account; what it did stays in the audit trail
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
