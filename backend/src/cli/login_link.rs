//! `postern login-link`: a way in if all others are closed, for people with a shell on the server.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::json;

use super::console::Console;
use super::who::find;
use super::{links, operator};
use crate::app::AppState;
use crate::one_time_link::{LinkToken, NewLink};
use crate::store::ChangeError;

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// The account: its username or its email
    #[arg(long)]
    user: String,
    /// USER is the account's id
    #[arg(long)]
    id: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Creates the link and prints it.
pub(super) async fn run(
    args: &Args,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    let account = find(app, &args.user, args.id).await?;
    let name = &account.username;
    let token = LinkToken::generate();
    let by = operator::by(app);
    let link = NewLink::to_log_in(&token, by.at);
    match app.store.create_login_link(account.id, link, by).await {
        Ok(()) => {}
        Err(ChangeError::Disabled) => bail!(
            "{name} is disabled, and is refused by a link too. Enable it first: \
             postern user enable {name}"
        ),
        Err(other) => return Err(other).with_context(|| name.clone()),
    }
    let url = token.login_url(&links::address(app));
    if args.json {
        console.json(&json!({
            "url": url,
            "username": name,
            "expires_at": link.expires_at.unix(),
        }))?;
    } else {
        console.remark(&format!(
            "Logs in as {name}, with passwords off and the provider away too:"
        ))?;
        links::print(app, console, &url, link.expires_at)?;
    }
    Ok(ExitCode::SUCCESS)
}
