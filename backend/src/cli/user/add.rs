//! `postern user add`.

use serde_json::json;
use shared::email::Email;
use shared::session::Role;

use super::answer::{entry_of, refused};
use super::arguments::{parse_display_name, parse_email, parse_role, parse_username};
use crate::account::{NewAccount, Voucher};
use crate::app::AppState;
use crate::cli::console::Console;
use crate::cli::password::{Source, Wanted};
use crate::cli::{links, operator};
use crate::one_time_link::{LinkToken, NewLink};

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub(super) struct Args {
    /// The username; never changes
    #[arg(value_parser = parse_username)]
    username: String,
    /// The email; ties the account to the provider at the first login there
    #[arg(long, value_parser = parse_email)]
    email: Option<Email>,
    /// The name to show, as the owner wants to be called
    #[arg(long, value_parser = parse_display_name)]
    display_name: Option<String>,
    /// user or admin
    #[arg(long, default_value = "user", value_parser = parse_role)]
    role: Role,
    #[command(flatten)]
    password: Source,
}

/// Creates the account.
pub(super) async fn run(
    args: &Args,
    json: bool,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let wanted = args.password.get(console).await?;
    let new = NewAccount {
        username: args.username.clone(),
        display_name: args.display_name.clone(),
        email: args.email.clone(),
        email_voucher: Some(Voucher::Admin),
        role: args.role,
        password_hash: wanted.hash(app).await?,
    };
    // As on the page Users: if passwords are off, the owner logs in through the provider.
    let has_link = matches!(wanted, Wanted::Link) && app.config.password_login;
    let token = has_link.then(LinkToken::generate);
    let by = operator::by(app);
    let link = token.as_ref().map(|token| NewLink::of(token, by.at));
    let made = app.store.create_user(&new, link, by).await;
    let id = made.map_err(|error| refused(&args.username, error))?;
    let link = token
        .zip(link)
        .map(|(token, link)| (token.url(&links::address(app)), link.expires_at));
    if json {
        let welcome = link
            .as_ref()
            .map(|(url, until)| json!({"url": url, "expires_at": until.unix()}));
        return console.json(&json!({
            "user": entry_of(app, id).await?,
            "welcome": welcome,
            "password": wanted.told(),
        }));
    }
    console.remark(&format!(
        "Made the {} {}.",
        match args.role {
            Role::User => "account",
            Role::Admin => "admin",
        },
        args.username
    ))?;
    if let Some((url, until)) = link {
        console.remark("Its owner chooses a password here:")?;
        links::print(app, console, &url, until)?;
    } else if let Some(password) = wanted.told() {
        console.remark("Its password, which is shown this once:")?;
        console.say(password)?;
    } else if matches!(wanted, Wanted::Link | Wanted::Nothing) {
        console.remark("It has no password: its owner comes through the provider.")?;
    }
    Ok(())
}
