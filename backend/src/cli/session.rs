//! `postern session`: lists and ends logins.

use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;
use serde_json::json;
use shared::session::SessionEntry;
use uuid::Uuid;

use super::console::Console;
use super::table::{Table, or_dash};
use super::who::find;
use super::{date, operator};
use crate::account::AccountId;
use crate::app::AppState;
use crate::present::session::{opened_by, session_entry};
use crate::store::WhichSessions;
use clock::Timestamp;

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Session,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

/// The commands for logins.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
enum Session {
    /// List the live logins, the last used first
    List {
        /// Only this account's logins: username or email
        #[arg(long)]
        user: Option<String>,
        /// USER is the account's id
        #[arg(long, requires = "user")]
        id: bool,
    },
    /// End one login, all of an account, or all
    #[command(group = clap::ArgGroup::new("which").required(true))]
    End {
        /// The id that `session list` shows
        #[arg(value_name = "SESSION", group = "which")]
        session: Option<Uuid>,
        /// All logins of this account: username or email
        #[arg(long, group = "which")]
        user: Option<String>,
        /// USER is the account's id
        #[arg(long, requires = "user")]
        id: bool,
        /// All logins of everybody
        #[arg(long, group = "which")]
        all: bool,
    },
}

/// A live login and its account.
#[derive(Debug, Serialize)]
pub(super) struct Open {
    username: String,
    account_id: AccountId,
    #[serde(flatten)]
    session: SessionEntry,
}

/// Returns the live logins, of one account or of all.
pub(super) async fn open(
    app: &AppState,
    account_id: Option<AccountId>,
) -> anyhow::Result<Vec<Open>> {
    let (sessions, now) = (&app.config.sessions, app.clock.now());
    let found = app.store.open_sessions(account_id, sessions, now).await?;
    // A session from the future is not valid.
    let live = found
        .into_iter()
        .filter(|open| open.session.is_live(sessions, now));
    let opened = app.store.opened_applications(account_id).await?;
    let mut opened = opened_by(&app.config, opened);
    let open = live.map(|open| {
        let applications = opened.remove(&open.session.id).unwrap_or_default();
        Open {
            username: open.username,
            account_id: open.session.account_id,
            session: session_entry(&app.config, None, open.session, applications),
        }
    });
    Ok(open.collect())
}

/// Returns logins as a table.
pub(super) fn table(sessions: Vec<Open>) -> Table<6> {
    let mut table = Table::new([
        "SESSION",
        "USERNAME",
        "BY",
        "LAST USED",
        "ADDRESS",
        "BROWSER",
    ]);
    for open in sessions {
        let session = open.session;
        table.push([
            session.id,
            open.username,
            session
                .provider
                .unwrap_or_else(|| "password or link".to_owned()),
            date::minute(Timestamp::from_unix(session.last_used_at)),
            or_dash(session.address),
            or_dash(session.browser),
        ]);
    }
    table
}

/// Lists or ends logins.
pub(super) async fn run(
    args: &Args,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    match &args.command {
        Session::List { user, id } => {
            let account_id = match user {
                Some(name) => Some(find(app, name, *id).await?.id),
                None => None,
            };
            let sessions = open(app, account_id).await?;
            if args.json {
                console.json(&sessions)?;
            } else if sessions.is_empty() {
                console.remark("Nobody is logged in.")?;
            } else {
                table(sessions).print(console)?;
            }
        }
        Session::End {
            session, user, id, ..
        } => {
            let (which, whose) = match (session, user) {
                (Some(session), _) => (WhichSessions::One(*session), String::new()),
                (None, Some(name)) => {
                    let account = find(app, name, *id).await?;
                    let whose = format!(" of {}", account.username);
                    (WhichSessions::Of(account.id), whose)
                }
                (None, None) => (WhichSessions::All, String::new()),
            };
            let ended = app.store.end_sessions(which, operator::by(app)).await?;
            if let WhichSessions::One(id) = which {
                anyhow::ensure!(
                    ended > 0,
                    "no login has the id {id}: `postern session list` shows those that are live"
                );
            }
            if args.json {
                console.json(&json!({"ended": ended}))?;
            } else {
                let logins = if ended == 1 { "login" } else { "logins" };
                console.say(&format!("Ended {ended} {logins}{whose}."))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
