//! What `postern user` says about an account, and why it refuses.

use shared::users::UserEntry;

use crate::account::AccountId;
use crate::app::AppState;
use crate::cli::console::Console;
use crate::present::user::user_entry;
use crate::store::{ChangeError, Taken};

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

/// Explains why the account of that name stays as it is, and what to do.
pub(super) fn refused(name: &str, error: ChangeError) -> anyhow::Error {
    anyhow::Error::msg(match error {
        ChangeError::Gone => format!("{name} is gone, or has no such connection"),
        ChangeError::LastAdmin => format!(
            "{name} is the last admin who can log in, and without one nobody could administer this \
             server. Make another one first: postern user set-role NAME admin"
        ),
        ChangeError::Disabled => {
            format!("{name} is disabled. Enable it first: postern user enable {name}")
        }
        ChangeError::Taken(Taken::Username) => {
            "another account has this username, whatever its case".to_owned()
        }
        ChangeError::Taken(Taken::Email) => {
            "another account has this email: `postern user show EMAIL` shows which".to_owned()
        }
        ChangeError::Taken(Taken::Identity | Taken::Setup)
        | ChangeError::LastWayIn
        | ChangeError::Store(_) => return error.into(),
    })
}
