//! `postern user unlink`.

use std::fmt::Write as _;

use anyhow::bail;
use uuid::Uuid;

use super::answer::{refused, report};
use crate::account::{Account, Identity};
use crate::app::AppState;
use crate::cli::console::Console;
use crate::cli::operator;
use crate::cli::who::Who;

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    who: Who,
    /// Which connection, by the provider's issuer, if there are several
    #[arg(long, conflicts_with = "identity")]
    issuer: Option<String>,
    /// Which connection, by its id from `user show --json`
    #[arg(long)]
    identity: Option<Uuid>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Disconnects the account.
pub(super) async fn run(
    args: &Args,
    json: bool,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let account = args.who.find(app).await?;
    let identities = app.store.identities(account.id).await?;
    let identity = choose(args, &account, &identities)?;
    let (name, issuer) = (&account.username, &identity.issuer);
    console.confirm(&format!("disconnect {name} from {issuer}"), args.yes)?;
    let (ways, by) = (app.ways_in().await, operator::by(app));
    let done = app
        .store
        .unlink_identity_by_admin(account.id, identity.id, &ways, by)
        .await;
    done.map_err(|error| refused(name, error))?;
    let sentence = format!(
        "{name} is no longer connected to {issuer}; the logins that came from there have ended."
    );
    report(app, console, json, account.id, &sentence).await?;
    let is_way_in = |other: &Identity| other.id != identity.id && ways.take(other);
    let has_way_in =
        identities.iter().any(is_way_in) || (ways.password && account.password_hash.is_some());
    if !has_way_in && !json {
        console.remark(&format!(
            "It has no other way in: postern user reset-password {name}, or its email ties it to \
             the provider again."
        ))?;
    }
    Ok(())
}

/// Returns the chosen connection.
fn choose<'a>(
    args: &Args,
    account: &Account,
    identities: &'a [Identity],
) -> anyhow::Result<&'a Identity> {
    let is_meant = |identity: &&Identity| {
        args.identity.is_none_or(|id| identity.id == id)
            && (args.issuer.as_ref()).is_none_or(|issuer| identity.issuer == *issuer)
    };
    let meant: Vec<&Identity> = identities.iter().filter(is_meant).collect();
    let name = &account.username;
    match (&meant[..], identities) {
        ([one], _) => Ok(one),
        (_, []) => bail!("{name} is connected to no provider"),
        (meant, all) => {
            let mut message = if meant.is_empty() {
                format!("{name} has no such connection. It has:")
            } else {
                format!("{name} has several connections; say which by --issuer:")
            };
            for identity in all {
                let _ = write!(message, "\n  {}", identity.issuer);
            }
            bail!(message)
        }
    }
}
