//! `postern user list` and `postern user show`.

use serde_json::json;
use shared::session::Role;
use shared::users::UserEntry;

use super::answer::entry_of;
use super::arguments::parse_role;
use crate::app::AppState;
use crate::cli::console::Console;
use crate::cli::table::{Table, or_dash};
use crate::cli::who::{Who, place};
use crate::cli::{date, session};
use crate::present::user::user_entry;
use crate::store::UserFilter;
use clock::Timestamp;

/// How many accounts are read at once.
const AT_ONCE: i64 = 500;

/// The arguments of `list`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub(super) struct ListArgs {
    /// Only accounts with this in username, email or display name
    #[arg(long)]
    search: Option<String>,
    /// Only accounts with this role: user or admin
    #[arg(long, value_parser = parse_role)]
    role: Option<Role>,
    /// Only disabled accounts
    #[arg(long, conflicts_with = "enabled")]
    disabled: bool,
    /// Only enabled accounts
    #[arg(long)]
    enabled: bool,
}

/// Lists accounts by username.
pub(super) async fn list(
    args: &ListArgs,
    json: bool,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let mut filter = UserFilter {
        username: None,
        search: args.search.clone(),
        role: args.role,
        is_disabled: (args.disabled || args.enabled).then_some(args.disabled),
        after: None,
        limit: AT_ONCE,
    };
    let mut users: Vec<UserEntry> = Vec::new();
    loop {
        let (records, _) = app.store.users(&filter, app.clock.now()).await?;
        let count = records.len();
        users.extend(
            records
                .into_iter()
                .map(|record| user_entry(&app.config, record)),
        );
        if i64::try_from(count).is_ok_and(|count| count < AT_ONCE) {
            break;
        }
        let last = users.last().map(|user| user.username.as_str());
        filter.after = last.map(crate::account::username_key);
    }
    if json {
        return console.json(&users);
    }
    if users.is_empty() {
        console.remark(&format!("No such account in {}.", place(app)))?;
        return Ok(());
    }
    let mut table = Table::new([
        "USERNAME",
        "ROLE",
        "STATUS",
        "EMAIL",
        "WAYS IN",
        "LAST LOGIN",
    ]);
    for user in users {
        let (status, ways) = (status(&user), ways_in(&user));
        table.push([
            user.username,
            user.role.as_str().to_owned(),
            status.to_owned(),
            or_dash(user.email),
            ways,
            or_never(user.last_login_at),
        ]);
    }
    Ok(table.print(console)?)
}

fn status(user: &UserEntry) -> &'static str {
    if user.disabled { "disabled" } else { "enabled" }
}

/// Describes how the owner logs in.
fn ways_in(user: &UserEntry) -> String {
    let mut ways = Vec::new();
    if user.has_password {
        ways.push("password".to_owned());
    }
    ways.extend(
        user.identities
            .iter()
            .map(|identity| identity.label.clone()),
    );
    if user.welcome_until.is_some() {
        ways.push("link".to_owned());
    }
    if ways.is_empty() {
        return "none".to_owned();
    }
    ways.join(", ")
}

fn or_never(at: Option<i64>) -> String {
    at.map_or_else(|| "never".to_owned(), time)
}

fn time(unix: i64) -> String {
    date::minute(Timestamp::from_unix(unix))
}

/// Shows one account.
pub(super) async fn show(
    who: &Who,
    json: bool,
    app: &AppState,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let account = who.find(app).await?;
    let user = entry_of(app, account.id).await?;
    let sessions = session::open(app, Some(account.id)).await?;
    if json {
        let mut answer = serde_json::to_value(&user)?;
        answer["sessions"] = json!(sessions);
        return console.json(&answer);
    }
    let email = user.email.clone().map(|email| {
        let vouched = if user.email_vouched_for {
            " (vouched for)"
        } else {
            ""
        };
        email + vouched
    });
    for (name, value) in [
        ("Username", user.username.clone()),
        ("Id", user.id.clone()),
        ("Name", or_dash(user.display_name.clone())),
        ("Email", or_dash(email)),
        ("Role", user.role.as_str().to_owned()),
        ("Status", status(&user).to_owned()),
        ("Made", time(user.created_at)),
        ("Last login", or_never(user.last_login_at)),
        (
            "Password",
            if user.has_password { "yes" } else { "no" }.to_owned(),
        ),
        (
            "Open link",
            user.welcome_until.map_or_else(
                || "no".to_owned(),
                |until| format!("for a password, until {}", time(until)),
            ),
        ),
        (
            "May open",
            user.applications.as_ref().map_or_else(
                || "-".to_owned(),
                |labels| match labels.as_slice() {
                    [] => "no application".to_owned(),
                    labels => labels.join(", "),
                },
            ),
        ),
    ] {
        console.say(&format!("{name:<11} {value}"))?;
    }
    for identity in &user.identities {
        let known_as = identity.email.as_ref().or(identity.username.as_ref());
        let known_as = known_as
            .map(|name| format!(" as {name}"))
            .unwrap_or_default();
        console.say(&format!(
            "{:<11} {}{known_as}, since {}",
            "Connected",
            identity.issuer,
            time(identity.linked_at)
        ))?;
    }
    if sessions.is_empty() {
        return Ok(console.say("Logged in   nowhere")?);
    }
    console.say("")?;
    Ok(session::table(sessions).print(console)?)
}
