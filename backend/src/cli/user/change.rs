//! The commands that change an account.

use serde_json::json;
use shared::email::Email;
use shared::session::Role;

use super::answer::{refused, report};
use super::arguments::{parse_email, parse_role};
use crate::account::Account;
use crate::app::AppState;
use crate::cli::console::Console;
use crate::cli::operator;
use crate::cli::who::Who;
use crate::store::UserChange;

/// The arguments of `set-email`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub(super) struct EmailArgs {
    #[command(flatten)]
    who: Who,
    /// The email
    #[arg(value_parser = parse_email, required_unless_present = "clear", conflicts_with = "clear")]
    email: Option<Email>,
    /// Leave the account without an email
    #[arg(long)]
    clear: bool,
}

/// The arguments of `set-role`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub(super) struct RoleArgs {
    #[command(flatten)]
    who: Who,
    /// user or admin
    #[arg(value_parser = parse_role)]
    role: Role,
}

/// The arguments of `delete`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub(super) struct DeleteArgs {
    #[command(flatten)]
    who: Who,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Changes an account, as `PATCH /api/users/{id}` does; returns the old state.
async fn apply(who: &Who, change: UserChange, app: &AppState) -> anyhow::Result<Account> {
    let account = who.find(app).await?;
    let (ways, by) = (app.ways_in().await, operator::by(app));
    let changed = app.store.change_user(account.id, &change, &ways, by).await;
    changed.map_err(|error| refused(&account.username, error))?;
    Ok(account)
}

/// Sets or clears the email.
pub(super) async fn email(
    args: &EmailArgs,
    json: bool,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let change = UserChange {
        email: Some(args.email.clone()),
        ..UserChange::default()
    };
    let account = apply(&args.who, change, app).await?;
    let name = &account.username;
    let sentence = match &args.email {
        Some(email) => format!("The email of {name} is {}.", email.as_str()),
        None => format!("{name} has no email."),
    };
    report(app, console, json, account.id, &sentence).await
}

/// Sets the role.
pub(super) async fn role(
    args: &RoleArgs,
    json: bool,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let change = UserChange {
        role: Some(args.role),
        ..UserChange::default()
    };
    let account = apply(&args.who, change, app).await?;
    let (name, role) = (&account.username, args.role.as_str());
    let sentence = if account.role == args.role {
        format!("{name} has the role {role} already.")
    } else {
        format!("{name} has the role {role}; its logins and links have ended.")
    };
    report(app, console, json, account.id, &sentence).await?;
    warn_of_role_claims(app, console, json)
}

/// Warns that the provider sets the role again at every login, if roles come from the provider.
fn warn_of_role_claims(
    app: &AppState,
    console: &mut Console<'_>,
    json: bool,
) -> anyhow::Result<()> {
    let oidc = app.config.oidc.as_ref();
    if oidc.is_some_and(|oidc| oidc.roles.is_some()) && !json {
        console.remark(
            "OIDC_CLAIM_ROLES is set: the next login through the provider sets the role that the \
             provider says.",
        )?;
    }
    Ok(())
}

/// Disables or enables the account.
pub(super) async fn disabled(
    who: &Who,
    is_disabled: bool,
    json: bool,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let change = UserChange {
        is_disabled: Some(is_disabled),
        ..UserChange::default()
    };
    let account = apply(who, change, app).await?;
    let name = &account.username;
    let sentence = match (is_disabled, account.is_disabled() == is_disabled) {
        (true, false) => format!("{name} is disabled; its logins and links have ended."),
        (false, false) => format!("{name} is enabled."),
        (true, true) => format!("{name} is disabled already."),
        (false, true) => format!("{name} is enabled already."),
    };
    report(app, console, json, account.id, &sentence).await
}

/// Deletes the account.
pub(super) async fn delete(
    args: &DeleteArgs,
    json: bool,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let account = args.who.find(app).await?;
    let name = &account.username;
    console.confirm(&format!("delete {name}"), args.yes)?;
    let (ways, by) = (app.ways_in().await, operator::by(app));
    let deleted = app.store.delete_user(account.id, &ways, by).await;
    deleted.map_err(|error| refused(name, error))?;
    if json {
        return console.json(&json!({"deleted": {"id": account.id, "username": name}}));
    }
    Ok(console.say(&format!("Deleted {name}."))?)
}
