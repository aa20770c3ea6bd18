//! `postern identities remap`: a provider moved, so that its issuer changed and its subjects did
//! not.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Subcommand;
use serde_json::json;
use strsim::jaro_winkler;

use super::console::Console;
use super::operator;
use crate::app::AppState;
use crate::store::{ChangeError, Conflict, Remap};

/// How similar two issuers must be for one to be a typo of the other.
const NEAR: f64 = 0.9;
/// How long to wait for the provider; its answer can only add a warning.
const PATIENCE: Duration = Duration::from_secs(10);

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Identities,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

/// The commands for connections to providers.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
enum Identities {
    /// Move all connections of one issuer to another, if the subjects are the same
    Remap(RemapArgs),
}

/// The arguments of `remap`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
struct RemapArgs {
    /// The old issuer, exactly as it was
    #[arg(long, value_name = "ISSUER")]
    from: String,
    /// The new issuer, as in the provider's discovery document
    #[arg(long, value_name = "ISSUER")]
    to: String,
    /// Show the plan, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Moves the connections.
pub(super) async fn run(
    args: &Args,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    let json = args.json;
    let Identities::Remap(args) = &args.command;
    let (from, to) = (args.from.trim(), args.to.trim());
    anyhow::ensure!(from != to, "the two issuers are the same");
    let plan = app.store.plan_remap(from, to).await?;
    if plan.moves.is_empty() {
        bail!("{}", nobody_is_at(app, from).await?);
    }
    warn_of_other_issuer(app, to, console).await?;
    if !json {
        show(&plan, from, to, console)?;
    }
    if !plan.conflicts.is_empty() || args.dry_run {
        if json {
            console.json(&document(&plan, from, to, false))?;
        }
        refuse_conflicts(&plan, from)?;
        return Ok(ExitCode::SUCCESS);
    }
    console.confirm(&format!("move {}", connections(&plan)), args.yes)?;
    let by = operator::by(app);
    let moved = match app.store.remap_identities(from, to, by).await {
        Err(ChangeError::Taken(_)) => {
            bail!("somebody connected an account meanwhile: nothing was changed. Try again")
        }
        moved => moved?,
    };
    refuse_conflicts(&moved, from)?;
    if json {
        console.json(&document(&moved, from, to, true))?;
    } else {
        console.say(&format!(
            "Moved {}. Whoever is logged in stays so.",
            connections(&moved)
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Lists the known issuers if the typed one is not among them.
async fn nobody_is_at(app: &AppState, from: &str) -> anyhow::Result<String> {
    let issuers = app.store.issuers().await?;
    if issuers.is_empty() {
        return Ok("no account is connected to any provider".to_owned());
    }
    // Writing to a `String` cannot fail.
    let mut message = format!("no account is connected to {from}. Those that are:");
    for (issuer, count) in &issuers {
        let _ = write!(message, "\n  {issuer}  ({count})");
    }
    let bare = |issuer: &str| {
        let issuer = issuer.to_lowercase();
        let issuer = issuer.split_once("://").map_or(&*issuer, |(_, rest)| rest);
        issuer.trim_end_matches('/').to_owned()
    };
    let same = issuers
        .iter()
        .find(|(issuer, _)| bare(issuer) == bare(from));
    let near = same.or_else(|| {
        let likeness = |issuer: &str| jaro_winkler(issuer, from);
        let near = issuers.iter().filter(|(issuer, _)| likeness(issuer) > NEAR);
        near.max_by(|(a, _), (b, _)| likeness(a).total_cmp(&likeness(b)))
    });
    if let Some((issuer, _)) = near {
        let _ = write!(
            message,
            "\nDid you mean {issuer}? Issuers are compared exactly, a slash at the end included"
        );
    }
    Ok(message)
}

/// Warns if the settings of the server name another issuer than the new one.
async fn warn_of_other_issuer(
    app: &AppState,
    to: &str,
    console: &mut Console<'_>,
) -> std::io::Result<()> {
    let Some(provider) = app.provider() else {
        return console.remark(
            "Note: no provider is configured (OIDC_ENABLED), so that nobody logs in by the new \
             issuer yet.",
        );
    };
    match tokio::time::timeout(PATIENCE, provider.rp.expected_issuer()).await {
        Ok(Ok(expected)) if expected.issuer == to => Ok(()),
        Ok(Ok(expected)) => console.remark(&format!(
            "Warning: the configured provider's issuer is {}, and not {to}: logins there will not \
             find the moved connections.",
            expected.issuer
        )),
        Ok(Err(_)) | Err(_) => console.remark(
            "Note: the configured provider does not answer, so that its issuer could not be held \
             against --to.",
        ),
    }
}

fn connections(plan: &Remap) -> String {
    match plan.moves.len() {
        1 => "1 connection".to_owned(),
        count => format!("{count} connections"),
    }
}

/// Shows the moves and the conflicts.
fn show(plan: &Remap, from: &str, to: &str, console: &mut Console<'_>) -> std::io::Result<()> {
    console.say(&format!("{} from {from}\nto {to}:", connections(plan)))?;
    for moved in &plan.moves {
        console.say(&format!("  {}  ({})", moved.username, moved.subject))?;
    }
    if plan.sessions > 0 {
        console.say(&format!(
            "{} logins came from there, and go on.",
            plan.sessions
        ))?;
    }
    Ok(())
}

/// Describes a conflict and its remedy.
fn refuse_conflicts(plan: &Remap, from: &str) -> anyhow::Result<()> {
    if plan.conflicts.is_empty() {
        return Ok(());
    }
    let mut message = "nothing was changed, since some cannot be moved:".to_owned();
    for conflict in &plan.conflicts {
        let _ = match conflict {
            Conflict::Bound { username, subject } => write!(
                message,
                "\n  {username} is connected at the new issuer already, as {subject}. If that is \
                 right, disconnect the old one: postern user unlink {username} --issuer {from}"
            ),
            Conflict::Taken {
                username,
                subject,
                by,
            } => write!(
                message,
                "\n  {username} is {subject} at the old issuer, and {by} is at the new one. \
                 Disconnect one of them: postern user unlink {by}"
            ),
        };
    }
    bail!(message)
}

/// Returns the plan as JSON.
fn document(plan: &Remap, from: &str, to: &str, is_done: bool) -> serde_json::Value {
    let moves = plan.moves.iter().map(|moved| {
        json!({
            "account_id": moved.account_id,
            "username": moved.username,
            "subject": moved.subject,
        })
    });
    let conflicts = plan.conflicts.iter().map(|conflict| match conflict {
        Conflict::Bound { username, subject } => {
            json!({"kind": "account_bound", "username": username, "subject": subject})
        }
        Conflict::Taken {
            username,
            subject,
            by,
        } => json!({
            "kind": "subject_taken", "username": username, "subject": subject, "by": by,
        }),
    });
    json!({
        "from": from,
        "to": to,
        "moved": is_done,
        "identities": moves.collect::<Vec<_>>(),
        "conflicts": conflicts.collect::<Vec<_>>(),
        "sessions": plan.sessions,
    })
}
