//! `postern user`: accounts, with the rules that admins have on the page Users.

mod add;
mod change;
mod password;
mod show;
mod unlink;

use std::process::ExitCode;

use clap::Subcommand;
use shared::email::Email;
use shared::name::{MAX_DISPLAY_NAME_CHARS, MAX_USERNAME_CHARS, is_display_name, is_username};
use shared::session::Role;
use shared::users::UserEntry;

use super::console::Console;
use super::who::Who;
use crate::account::{Account, AccountId};
use crate::app::AppState;
use crate::http::admin::users::entry;
use crate::store::{Refusal, Taken};

/// What it is given.
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

/// Does that.
pub(super) async fn run(
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

/// Returns an account as the API shows it to admins.
async fn entry_of(app: &AppState, id: AccountId) -> anyhow::Result<UserEntry> {
    let record = app.store.user(id, app.clock.now()).await?;
    let record = record.ok_or_else(|| anyhow::anyhow!("the account is gone"))?;
    Ok(entry(app, record))
}

/// Prints what became of an account: the account in JSON, or the sentence.
async fn report(
    app: &AppState,
    console: &mut Console<'_>,
    json: bool,
    id: AccountId,
    sentence: &str,
) -> anyhow::Result<()> {
    if json {
        let entry = entry_of(app, id).await?;
        return console.json(&entry);
    }
    Ok(console.say(sentence)?)
}

/// Says why an account stays as it is, and what to do.
fn refused(account: &Account, refusal: Refusal) -> anyhow::Error {
    let name = &account.username;
    match refusal {
        Refusal::Gone => anyhow::anyhow!("{name} is gone, or has no such connection"),
        Refusal::LastAdmin => anyhow::anyhow!(
            "{name} is the last admin who can log in, and without one nobody could administer this \
             server. Make another one first: postern user set-role NAME admin"
        ),
        Refusal::Disabled => {
            anyhow::anyhow!("{name} is disabled. Enable it first: postern user enable {name}")
        }
        Refusal::Taken(taken) => conflict(taken),
    }
}

/// Says what another account has.
fn conflict(taken: Taken) -> anyhow::Error {
    anyhow::anyhow!(match taken {
        Taken::Username => "another account has this username, whatever its case",
        Taken::Email => "another account has this email: `postern user show EMAIL` shows which",
        Taken::Identity => "another account has this connection",
        Taken::Setup => "this server has an admin",
    })
}

/// Parses a username of the command line.
fn parse_username(text: &str) -> Result<String, String> {
    if is_username(text) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "a username has 1 to {MAX_USERNAME_CHARS} of A-Z a-z 0-9 . _ - and begins with a letter or \
         digit"
    ))
}

/// Parses an email of the command line.
fn parse_email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|_| "this is not one email address".to_owned())
}

/// Parses a display name of the command line.
fn parse_display_name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if !text.is_empty() && is_display_name(text) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "a display name has 1 to {MAX_DISPLAY_NAME_CHARS} characters, and none that controls"
    ))
}

/// Parses a role of the command line.
fn parse_role(text: &str) -> Result<Role, String> {
    match text {
        "user" => Ok(Role::User),
        "admin" => Ok(Role::Admin),
        _ => Err("a role is user or admin".to_owned()),
    }
}
