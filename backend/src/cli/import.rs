//! `postern import`: accounts of another program, with their passwords.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use serde_json::json;
use shared::session::Role;

use super::console::Console;
use super::operator;
use super::user::arguments::{parse_display_name, parse_email, parse_role, parse_username};
use crate::account::{NewAccount, Voucher, username_key};
use crate::app::AppState;
use crate::password::imported::is_verifiable;
use crate::store::{ChangeError, Taken};

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// What the file is
    #[command(subcommand)]
    source: Source,
}

/// Where the accounts come from.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
enum Source {
    /// A CSV file whose first line names the columns: username, and as far as there are any email,
    /// `display_name`, role (user or admin) and `password_hash` (bcrypt or argon2)
    Csv(What),
    /// The users of `RomM`, as its database prints them
    ///
    /// `mariadb romm --batch -e "select username, email, role, enabled, hashed_password from users"`
    Romm(What),
}

/// What is imported, and how.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
struct What {
    /// The file
    file: PathBuf,
    /// Leave out accounts whose username is here already
    #[arg(long)]
    skip_existing: bool,
    /// Believe the emails: whoever has one at the provider gets the account. Without it, they prove
    /// with their password that the account is theirs
    #[arg(long)]
    trust_emails: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Imports the accounts. Before the first is made, every line is checked.
pub(super) async fn run(
    args: &Args,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    let (what, is_romm) = match &args.source {
        Source::Csv(what) => (what, false),
        Source::Romm(what) => (what, true),
    };
    let voucher = what.trust_emails.then_some(Voucher::Admin);
    let Rows { accounts, left_out } = read(&what.file, is_romm, voucher)?;
    let mut new = Vec::new();
    let mut there = Vec::new();
    for account in accounts {
        let key = username_key(&account.username);
        match app.store.account_by_username(&key).await? {
            None => new.push(account),
            Some(_) => there.push(account.username),
        }
    }
    ensure!(
        there.is_empty() || what.skip_existing,
        "nothing was imported: there is an account already for {}. Leave them out: --skip-existing",
        there.join(", ")
    );
    let by = operator::by(app);
    for account in &new {
        let made = app.store.create_user(account, None, by.clone()).await;
        made.map_err(|error| match error {
            ChangeError::Taken(Taken::Email) => anyhow::anyhow!(
                "an email is vouched for at another account: import without --trust-emails"
            ),
            error => error.into(),
        })
        .with_context(|| {
            format!(
                "{}, and those after it, were not imported",
                account.username
            )
        })?;
    }
    if what.json {
        console.json(&json!({
            "imported": new.iter().map(|account| &account.username).collect::<Vec<_>>(),
            "there": there,
            "left_out": left_out,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let passwords = new.iter().filter(|account| account.password_hash.is_some());
    console.say(&format!(
        "Imported {} accounts, {} of them with a password.",
        new.len(),
        passwords.count()
    ))?;
    for (username, why) in there
        .iter()
        .map(|username| (username, "it is here already"))
        .chain(
            left_out
                .iter()
                .map(|username| (username, "it is disabled there")),
        )
    {
        console.say(&format!("{username} was left out: {why}."))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The rows of a file.
struct Rows {
    accounts: Vec<NewAccount>,
    /// The usernames of those that are disabled.
    left_out: Vec<String>,
}

/// Reads a file.
///
/// # Errors
/// Every line that is not good, and why.
fn read(file: &Path, is_romm: bool, voucher: Option<Voucher>) -> anyhow::Result<Rows> {
    let shown = file.display();
    let delimiter = if is_romm { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(!is_romm)
        .trim(csv::Trim::All)
        .from_path(file)
        .with_context(|| format!("cannot read {shown}"))?;
    let columns = reader
        .headers()
        .with_context(|| format!("cannot read {shown}"))?;
    ensure!(
        columns.iter().any(|name| name == "username"),
        "{shown} has no column username: its first line must name the columns"
    );
    let columns: Vec<String> = columns.iter().map(str::to_owned).collect();
    let mut rows = Rows {
        accounts: Vec::new(),
        left_out: Vec::new(),
    };
    let mut faults = Vec::new();
    let mut seen = HashMap::new();
    for record in reader.records() {
        let record = record.with_context(|| format!("cannot read {shown}"))?;
        let line = record.position().map_or(0, csv::Position::line);
        let row: HashMap<&str, &str> = columns
            .iter()
            .map(String::as_str)
            .zip(record.iter())
            .filter(|(_, value)| !value.is_empty() && (!is_romm || *value != "NULL"))
            .collect();
        if let Some("0" | "false") = row.get("enabled").copied() {
            rows.left_out
                .extend(row.get("username").map(|it| (*it).to_owned()));
            continue;
        }
        match account(&row, is_romm, voucher) {
            Ok(account) => match seen.insert(username_key(&account.username), line) {
                None => rows.accounts.push(account),
                Some(first) => faults.push(format!(
                    "line {line}: {} is in line {first} too",
                    account.username
                )),
            },
            Err(fault) => faults.push(format!("line {line}: {fault}")),
        }
    }
    if !faults.is_empty() {
        bail!("nothing was imported from {shown}:\n{}", faults.join("\n"));
    }
    Ok(rows)
}

/// Reads one row.
///
/// # Errors
/// What is wrong with it. Never a password's hash.
fn account(
    row: &HashMap<&str, &str>,
    is_romm: bool,
    voucher: Option<Voucher>,
) -> Result<NewAccount, String> {
    let username = *row.get("username").ok_or("there is no username")?;
    let of_them = |why: String| format!("{username:?}: {why}");
    let username = parse_username(username).map_err(of_them)?;
    let email = row.get("email").map(|email| parse_email(email));
    let email = email.transpose().map_err(of_them)?;
    let role = match row.get("role") {
        Some(role) if is_romm && role.eq_ignore_ascii_case("admin") => Role::Admin,
        Some(role) if !is_romm => parse_role(role).map_err(of_them)?,
        Some(_) | None => Role::User,
    };
    let hash = row
        .get("password_hash")
        .or(row.get("hashed_password"))
        .copied();
    let password_hash = match hash {
        Some(hash) if is_verifiable(hash) => Some(hash.to_owned()),
        // RomM writes a random text for those who log in through a provider.
        Some(_) if is_romm => None,
        Some(_) => {
            return Err(format!(
                "the password_hash of {username} is neither bcrypt nor argon2, or costs too much"
            ));
        }
        None => None,
    };
    let display_name = row.get("display_name").map(|name| parse_display_name(name));
    let display_name = display_name.transpose().map_err(of_them)?;
    Ok(NewAccount {
        username,
        display_name,
        email_voucher: email.as_ref().and(voucher),
        email,
        role,
        password_hash,
    })
}
