//! `postern audit`: who did what.

use std::fmt::Write as _;
use std::process::ExitCode;

use shared::audit::{AuditEntry, AuditKind, Party};
use shared::text::Language;
use strsim::jaro_winkler;
use uuid::Uuid;

use super::console::Console;
use super::date::{self, Since};
use super::table::or_dash;
use super::who::find;
use crate::app::AppState;
use crate::store::{AuditFilter, PartyFilter};
use clock::Timestamp;

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// Only entries by or about this account, which may be deleted: username, email or id
    #[arg(long)]
    user: Option<String>,
    /// Only entries of this kind: login, logout, …
    #[arg(long, value_parser = parse_kind)]
    kind: Option<String>,
    /// Only entries with this reference, which is on an error page and in the log
    #[arg(long = "ref", value_name = "REF")]
    reference: Option<String>,
    /// Only entries since then: 30m, 12h, 7d, 2w ago, or 2026-01-31, 2026-01-31T09:05 (UTC)
    #[arg(long, value_parser = Since::parse)]
    since: Option<Since>,
    /// The most entries to show, the latest first
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    limit: i64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Parses a kind. The error suggests the nearest one.
fn parse_kind(text: &str) -> Result<String, String> {
    if AuditKind::parse(text).is_some() {
        return Ok(text.to_owned());
    }
    let kinds: Vec<&str> = AuditKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let nearest = kinds
        .iter()
        .max_by(|a, b| jaro_winkler(text, a).total_cmp(&jaro_winkler(text, b)))
        .filter(|kind| jaro_winkler(text, kind) > 0.8);
    Err(match nearest {
        Some(kind) => format!("did you mean {kind}?"),
        None => format!("the kinds are {}", kinds.join(", ")),
    })
}

/// Shows the entries.
pub(super) async fn run(
    args: &Args,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    let filter = AuditFilter {
        party: match &args.user {
            Some(name) => Some(party_filter(app, name).await?),
            None => None,
        },
        kind: args.kind.clone(),
        reference: args.reference.clone(),
        since: args.since.map(|since| since.from(app.clock.now())),
        before: None,
        limit: args.limit,
    };
    let entries = app.audit(&filter, Language::ENGLISH).await?;
    if args.json {
        console.json(&entries)?;
    } else if entries.is_empty() {
        console.remark("There is no such entry.")?;
    }
    if !args.json {
        // As in a log, the latest comes last.
        for entry in entries.iter().rev() {
            print(entry, console)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the account to filter by: a deleted account is still known by its old name.
async fn party_filter(app: &AppState, name: &str) -> anyhow::Result<PartyFilter> {
    let id = Uuid::parse_str(name).ok();
    Ok(match find(app, name, false).await {
        Ok(account) => PartyFilter {
            id: Some(account.id),
            username: account.username,
        },
        Err(error) if error.is::<crate::store::Error>() => return Err(error),
        Err(_) => PartyFilter {
            id,
            username: name.to_owned(),
        },
    })
}

/// Prints one entry: a line, and below it the cause of a failure and the remedy.
fn print(entry: &AuditEntry, console: &mut Console<'_>) -> std::io::Result<()> {
    let name = |party: &Party| party.username.clone().unwrap_or_else(|| party.id.clone());
    let account = entry.account.as_ref().map(name);
    let actor = entry.actor.as_ref().map(name);
    let actor = actor.or_else(|| {
        let operator = entry.operator.as_ref()?;
        Some(format!("command line ({operator})"))
    });
    // Writing to a `String` cannot fail.
    let mut line = format!(
        "{}  {:<22} {}",
        date::minute(Timestamp::from_unix(entry.at)),
        entry.kind,
        or_dash(account.clone()),
    );
    if let Some(actor) = actor.filter(|actor| Some(actor) != account.as_ref()) {
        let _ = write!(line, "  by {actor}");
    }
    for (name, value) in [
        ("from", &entry.address),
        ("code", &entry.code),
        ("ref", &entry.reference),
    ] {
        if let Some(value) = value {
            let _ = write!(line, "  {name} {value}");
        }
    }
    console.say(&line.replace('\n', " "))?;
    for (name, text) in [("", &entry.detail), ("Fix: ", &entry.remedy)] {
        if let Some(text) = text {
            console.say(&format!("    {name}{}", text.replace('\n', " ")))?;
        }
    }
    Ok(())
}
