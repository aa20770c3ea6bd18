//! `postern user reset-password`.

use anyhow::bail;
use serde_json::json;

use super::answer::{entry_of, refused};
use crate::account::Account;
use crate::app::AppState;
use crate::cli::console::Console;
use crate::cli::password::{Source, Wanted};
use crate::cli::who::Who;
use crate::cli::{links, operator};
use crate::one_time_link::{LinkToken, NewLink};

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    password: Source,
}

/// Creates a link, or sets the password.
pub(super) async fn reset(
    args: &Args,
    json: bool,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let account = args.who.find(app).await?;
    let wanted = args.password.get(console).await?;
    if matches!(wanted, Wanted::Link) {
        return link(&account, json, app, console).await;
    }
    let hash = wanted.hash(app).await?;
    let (ways, by) = (app.ways_in().await, operator::by(app));
    let reset = app
        .store
        .reset_password(account.id, hash.as_deref(), &ways, by)
        .await;
    reset.map_err(|error| refused(&account.username, error))?;
    if json {
        let (user, password) = (entry_of(app, account.id).await?, wanted.told());
        return console.json(&json!({"user": user, "welcome": null, "password": password}));
    }
    let name = &account.username;
    match &wanted {
        Wanted::Nothing => {
            console.say(&format!("{name} has no password; its logins have ended."))?;
        }
        _ => console.remark(&format!(
            "{name} has another password; its logins have ended."
        ))?,
    }
    if let Some(password) = wanted.told() {
        console.say(password)?;
    }
    if !ways.password {
        console.remark("Passwords are off (DISABLE_USERPASS_LOGIN=true): it opens nothing now.")?;
    }
    Ok(())
}

/// Creates a link for the owner to choose a password; until then the old one is valid.
async fn link(
    account: &Account,
    json: bool,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let name = &account.username;
    if !app.config.password_login {
        bail!(
            "passwords are off (DISABLE_USERPASS_LOGIN=true), so that a link for one opens nothing. \
             To get in all the same: postern login-link --user {name}"
        );
    }
    let token = LinkToken::generate();
    let by = operator::by(app);
    let link = NewLink::of(&token, by.at);
    let made = app.store.create_welcome_link(account.id, link, by).await;
    made.map_err(|error| refused(name, error))?;
    let url = token.url(&links::address(app));
    if json {
        let welcome = json!({"url": url, "expires_at": link.expires_at.unix()});
        let user = entry_of(app, account.id).await?;
        return console.json(&json!({"user": user, "welcome": welcome, "password": null}));
    }
    console.remark(&format!(
        "{name} chooses a password here, and the logins from before end then:"
    ))?;
    Ok(links::print(app, console, &url, link.expires_at)?)
}
