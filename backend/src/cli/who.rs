//! Finds the account that an argument names.

use anyhow::{Context as _, bail};
use shared::email::Email;
use strsim::jaro_winkler;
use uuid::Uuid;

use crate::account::{Account, username_key};
use crate::app::AppState;

/// How similar a name must be to count as mistyped.
const NEAR: f64 = 0.8;
/// How many similar names are suggested at most.
const MOST_NEAR: usize = 3;

/// Names an account as the first argument.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub(super) struct Who {
    /// The account: its username or its email
    name: String,
    /// NAME is the account's id
    #[arg(long)]
    id: bool,
}

impl Who {
    /// Returns the account.
    ///
    /// # Errors
    /// There is none; the message has similar names.
    pub(super) async fn find(&self, app: &AppState) -> anyhow::Result<Account> {
        find(app, &self.name, self.id).await
    }
}

/// Returns the account with that username or email, or with that id if `is_id`. A username has no
/// `@` and an email has one, so that a name cannot be both.
pub(super) async fn find(app: &AppState, name: &str, is_id: bool) -> anyhow::Result<Account> {
    let name = name.trim();
    if is_id {
        let id = Uuid::parse_str(name).with_context(|| {
            format!("{name:?} is no id of an account: `postern user list --json` shows them")
        })?;
        let found = app.store.account(id).await?;
        return found.with_context(|| format!("no account has the id {id}"));
    }
    let found = match Email::composed(name) {
        Ok(email) => by_email(app, &email).await?,
        Err(_) => app.store.account_by_username(name).await?,
    };
    match found {
        Some(account) => Ok(account),
        None => bail!("{}", unknown(app, name).await?),
    }
}

/// Returns the account for which this email is vouched, or the only one that claims it.
async fn by_email(app: &AppState, email: &Email) -> anyhow::Result<Option<Account>> {
    let mut accounts = app.store.accounts_by_email(email).await?;
    let is_clear = accounts.len() < 2 || accounts[0].email_is_vouched_for();
    if !is_clear {
        let names: Vec<&str> = accounts
            .iter()
            .map(|found| found.username.as_str())
            .collect();
        bail!(
            "several accounts claim {}: name one of {}",
            email.as_str(),
            names.join(", ")
        );
    }
    Ok(accounts.drain(..).next())
}

/// Says that there is no such account, and suggests similar names.
async fn unknown(app: &AppState, name: &str) -> anyhow::Result<String> {
    let usernames = app.store.usernames().await?;
    if usernames.is_empty() {
        return Ok(format!(
            "no account is called {name}: {} has no accounts at all. Are DATA_DIR and DATABASE_URL \
             those of the server?",
            place(app)
        ));
    }
    let near = near(name, &usernames);
    let hint = if near.is_empty() {
        "`postern user list` shows all".to_owned()
    } else {
        format!("did you mean {}?", near.join(", "))
    };
    Ok(format!("no account is called {name}; {hint}"))
}

/// Returns where the accounts are stored, without the password of the database.
pub(super) fn place(app: &AppState) -> String {
    match &app.config.database {
        crate::config::Database::Sqlite(path) => path.display().to_string(),
        crate::config::Database::Postgres(_) => "the PostgreSQL database".to_owned(),
    }
}

/// Returns the names that are similar to this one, the most similar first.
fn near<'a>(name: &str, usernames: &'a [String]) -> Vec<&'a str> {
    let typed = username_key(name.split('@').next().unwrap_or_default());
    let mut near: Vec<(f64, &str)> = usernames
        .iter()
        .map(|known| (jaro_winkler(&typed, &username_key(known)), known.as_str()))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter()
        .take(MOST_NEAR)
        .map(|(_, name)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn mistyped_names_are_near() {
        let known = ["alice", "Alicia", "bob", "carol"].map(str::to_owned);

        assert_eq!(near("alici", &known), ["Alicia", "alice"]);
        assert_eq!(near("BOB@example.com", &known), ["bob"]);
        assert_eq!(near("zoe", &known), [""; 0]);
    }
}
