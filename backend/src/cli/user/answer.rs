//! What `postern user` says about an account, and why it refuses.

use shared::users::UserEntry;

use crate::account::{Account, AccountId};
use crate::app::AppState;
use crate::cli::console::Console;
use crate::present::user::user_entry;
use crate::store::{Refusal, Taken};

/// Returns an account as the API shows it to admins.
pub(super) async fn entry_of(app: &AppState, id: AccountId) -> anyhow::Result<UserEntry> {
    let record = app.store.user(id, app.clock.now()).await?;
    let record = record.ok_or_else(|| anyhow::anyhow!("the account is gone"))?;
    Ok(user_entry(&app.config, record))
}

/// Prints a changed account: as JSON, or as the sentence.
pub(super) async fn report(
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

/// Explains why an account stays as it is, and what to do.
pub(super) fn refused(account: &Account, refusal: Refusal) -> anyhow::Error {
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

/// Describes the value that another account has.
pub(super) fn conflict(taken: Taken) -> anyhow::Error {
    anyhow::anyhow!(match taken {
        Taken::Username => "another account has this username, whatever its case",
        Taken::Email => "another account has this email: `postern user show EMAIL` shows which",
        Taken::Identity => "another account has this connection",
        Taken::Setup => "this server has an admin",
    })
}
