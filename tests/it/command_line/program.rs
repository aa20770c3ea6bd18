//! The program itself, beside a server that is another process.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use postern::store::check_sqlite;
use serde_json::{Value, json};
use shared::routes::{API_DOCTOR, API_SESSION, API_USERS, API_WELCOME};
use sqlx::{ConnectOptions as _, Connection as _};
use tests::database::{Database, DatabaseKind};
use tests::http_browser::HttpBrowser;
use tests::server::Server;
use tests::site::PASSWORD;
use tokio::time::sleep;

/// Runs a command; words are parted by spaces. Returns its standard output.
fn good(server: &Server, line: &str, input: &str) -> Result<String> {
    let output = run(server, line, input)?;
    ensure!(output.status.success(), "{line}: {output:?}");
    Ok(String::from_utf8(output.stdout)?)
}

fn run(server: &Server, line: &str, input: &str) -> Result<Output> {
    let words: Vec<&str> = line.split_whitespace().collect();
    server.feed(&words, input)
}

/// Runs a command that must fail by itself, and not for its words; returns what it said.
fn failure(server: &Server, line: &str) -> Result<String> {
    let output = run(server, line, "")?;
    ensure!(output.status.code() == Some(1), "{line}: {output:?}");
    Ok(String::from_utf8(output.stderr)?)
}

fn browser(server: &Server) -> HttpBrowser {
    HttpBrowser::new(server.origin(), server.origin(), "http://no-op.invalid")
}

async fn server(kind: DatabaseKind) -> Result<Server> {
    let mut server = Server::prepare(Database::create(kind).await?)?;
    // Before the first start as well as beside the server.
    good(
        &server,
        "user add root --role admin --password-stdin",
        PASSWORD,
    )?;
    server.start().await?;
    good(&server, "user add alice --password-stdin", PASSWORD)?;
    Ok(server)
}

/// The doctor in the server looks at the file that the server has open. Whatever it does there must
/// leave the server's locks alone: the next command to end would take the database's log away.
#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn commands_leave_a_server_its_database_when_the_doctor_has_looked() -> Result<()> {
    let mut server = server(DatabaseKind::Sqlite).await?;
    let root = browser(&server);
    root.log_in("root", PASSWORD).await;
    let examined = root.get(API_DOCTOR).await;
    ensure!(examined.status == 200, "{}", examined.body);

    good(&server, "user add bob --password-stdin", PASSWORD)?;

    for _ in 0..4 {
        let bob = browser(&server);
        let logged_in = bob.log_in("bob", PASSWORD).await;
        ensure!(logged_in.status == 200, "{}", logged_in.body);
        let (one, other) = tokio::join!(bob.get(API_SESSION), root.get(API_USERS));
        ensure!(one.status == 200, "{}", one.body);
        ensure!(other.status == 200, "{}", other.body);
    }
    ensure!(root.get(API_DOCTOR).await.status == 200);
    server.restart().await?;
    let bob = browser(&server);
    ensure!(bob.log_in("bob", PASSWORD).await.status == 200, "kept");
    Ok(())
}

/// The server sees a command's changes at its next request.
async fn server_notices_at_once(kind: DatabaseKind) -> Result<()> {
    let mut server = server(kind).await?;
    let alice = browser(&server);
    let log_in = async || alice.log_in("alice", PASSWORD).await.status;
    let who = async || alice.get(API_SESSION).await.status;

    for (line, is_out_for_good) in [
        ("session end --user alice", false),
        ("user set-role alice admin", false),
        ("user disable alice", true),
    ] {
        ensure!(log_in().await == 200, "before {line}");
        ensure!(who().await == 200, "before {line}");
        good(&server, line, "")?;
        ensure!(who().await == 401, "{line}: still logged in");
        ensure!((log_in().await == 200) != is_out_for_good, "after {line}");
    }
    good(&server, "user enable alice", "")?;
    ensure!(log_in().await == 200, "enabled");
    ensure!(alice.get(API_USERS).await.status == 200, "an admin");
    let listed: Value = serde_json::from_str(&good(&server, "session list --json", "")?)?;
    ensure!(listed[0]["username"] == "alice", "{listed}");
    good(&server, "user delete alice --yes", "")?;
    ensure!(who().await == 401, "deleted");

    let unknown = failure(&server, "user show alice")?;
    ensure!(
        unknown.starts_with("postern: no account is called alice"),
        "{unknown}"
    );
    let refused = failure(&server, "user disable root")?;
    ensure!(refused.contains("root is the last admin"), "{refused}");
    let wrong = run(&server, "user add", "")?;
    ensure!(wrong.status.code() == Some(2), "{wrong:?}");
    server.set("OIDC_ENABLED", "perhaps");
    let settings = run(&server, "user list", "")?;
    ensure!(settings.status.code() == Some(2), "{settings:?}");
    server.unset("OIDC_ENABLED");
    server.stop().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn what_is_typed_the_server_notices_at_once() -> Result<()> {
    server_notices_at_once(DatabaseKind::Sqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL; cargo xtask test runs it"]
async fn what_is_typed_the_server_notices_at_once_on_postgresql() -> Result<()> {
    server_notices_at_once(DatabaseKind::Postgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn login_link_breaks_the_glass() -> Result<()> {
    let mut server = server(DatabaseKind::Sqlite).await?;
    server.stop().await?;
    // An OP that is not there, and no other way in.
    for (name, value) in [
        ("OIDC_ENABLED", "true"),
        ("OIDC_PROVIDER", "authentik"),
        ("OIDC_CLIENT_ID", "x"),
        ("OIDC_CLIENT_SECRET", "y"),
        (
            "OIDC_SERVER_APPLICATION_URL",
            "http://127.0.0.1:9/application/o/x/",
        ),
        ("DISABLE_USERPASS_LOGIN", "true"),
        ("POSTERN_BREAK_GLASS", "true"),
    ] {
        server.set(name, value);
    }
    server.set("OIDC_REDIRECT_URI", server.redirect_uri());
    server.start().await?;
    let root = browser(&server);
    let refused = root.log_in("root", PASSWORD).await;
    ensure!(
        refused.code() == "password_login_disabled",
        "{}",
        refused.body
    );

    let link = good(&server, "login-link --user root", "")?;

    let (_, token) = link.trim().split_once('#').context("a fragment")?;
    let answer = root
        .post_json(API_WELCOME, &json!({ "token": token }))
        .await;
    ensure!(answer.status == 200, "{}", answer.body);
    ensure!(root.who().await.as_deref() == Some("root"), "not logged in");
    ensure!(!server.log().contains(token), "the token is in the log");
    server.stop().await
}

/// Fills the database, so that copying it takes a while.
async fn fill(server: &Server) -> Result<()> {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(server.data().join("postern.db"));
    let mut connection = options.connect().await?;
    sqlx::query(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 50000)
         insert into audit (audit_id, at, kind, detail)
            select randomblob(16), i, 'login_failed', hex(randomblob(200)) from n",
    )
    .execute(&mut connection)
    .await?;
    // Otherwise the server's next write would have to wait for all of it to be put into the file.
    sqlx::query("pragma wal_checkpoint(truncate)")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}

/// Returns the names in a folder.
fn names(folder: &Path) -> Result<Vec<String>> {
    let names = fs::read_dir(folder)?.map(|name| name.map(|name| name.file_name()));
    let names: Result<Vec<_>, _> = names.collect();
    Ok(names?
        .into_iter()
        .filter_map(|name| name.into_string().ok())
        .collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn backup_that_is_killed_leaves_no_half_file() -> Result<()> {
    let mut server = server(DatabaseKind::Sqlite).await?;
    fill(&server).await?;
    let folder = tempfile::TempDir::new()?;
    let file = folder.path().join("copy.db");
    let mut killed = 0;

    for moment in [5, 20, 60, 120, 250, 400] {
        let words = ["backup", file.to_str().context("a path")?, "--force"];
        let mut child = server.other(&words).stdout(Stdio::null()).spawn()?;
        sleep(Duration::from_millis(moment)).await;
        let had_ended = child.try_wait()?.is_some();
        child.kill()?;
        child.wait()?;
        killed += usize::from(!had_ended);
        if file.exists() {
            ensure!(
                check_sqlite(&file).await.is_ok(),
                "half a file after {moment} ms"
            );
        }
    }
    ensure!(killed > 0, "every backup was done before it was killed");
    let line = format!("backup {} --force", file.display());
    good(&server, &line, "")?;

    ensure!(check_sqlite(&file).await.is_ok(), "the backup after that");
    ensure!(
        names(folder.path())? == ["copy.db"],
        "{:?}",
        names(folder.path())?
    );
    server.stop().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn people_change_things_while_a_backup_is_made() -> Result<()> {
    let mut server = server(DatabaseKind::Sqlite).await?;
    fill(&server).await?;
    let alice = browser(&server);
    ensure!(
        alice.log_in("alice", PASSWORD).await.status == 200,
        "no login"
    );
    let file = server.data().join("copy.db");
    let words = ["backup", file.to_str().context("a path")?];
    let mut child = server.other(&words).stdout(Stdio::null()).spawn()?;

    let mut changes = 0;
    while child.try_wait()?.is_none() {
        let change = json!({ "display_name": format!("name {changes}") });
        let answer = alice.patch(shared::routes::API_PROFILE, &change).await;
        ensure!(answer.status == 200, "{}: {}", answer.body, server.log());
        changes += 1;
    }

    ensure!(child.wait()?.success(), "the backup failed");
    ensure!(changes > 0, "nothing was changed meanwhile");
    ensure!(check_sqlite(&file).await.is_ok(), "the copy");
    server.stop().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn backup_is_restored_when_the_server_has_ended_however_it_did() -> Result<()> {
    let mut server = server(DatabaseKind::Sqlite).await?;
    let file = server.data().join("copy.db");
    good(&server, &format!("backup {}", file.display()), "")?;
    good(&server, "user delete alice --yes", "")?;
    let line = format!("restore {} --yes", file.display());

    let running = failure(&server, &line)?;
    ensure!(
        running.contains("a server, or another command, uses"),
        "{running}"
    );
    server.kill()?;
    good(&server, &line, "")?;

    server.start().await?;
    ensure!(
        browser(&server).log_in("alice", PASSWORD).await.status == 200,
        "alice is back"
    );
    server.stop().await
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn full_disk_ends_a_backup_with_a_sentence_and_leaves_nothing() -> Result<()> {
    let mut server = server(DatabaseKind::Sqlite).await?;
    fill(&server).await?;
    server.stop().await?;
    let disk = tempfile::TempDir::new()?;
    let file = disk.path().join("copy.db");
    let program = server.other(&["backup", file.to_str().context("a path")?]);
    // The disk is there for the command alone.
    let mut command = Command::new("unshare");
    command
        .args(["-rm", "sh", "-c"])
        .arg(
            "disk=$1; mount -t tmpfs -o size=1m tmpfs \"$disk\" || exit 99; shift; \
             \"$@\"; echo \"rc $?\"; ls -A \"$disk\"",
        )
        .arg("sh")
        .arg(disk.path())
        .arg(program.get_program())
        .args(program.get_args());
    for (name, value) in program.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let output = command.output()?;
    ensure!(
        output.status.code() != Some(99),
        "`unshare -rm` and `mount` are not permitted here"
    );

    let said = String::from_utf8(output.stderr)?;
    ensure!(said.contains("database or disk is full"), "{said}");
    ensure!(
        output.stdout == b"rc 1\n",
        "{:?}",
        String::from_utf8(output.stdout)
    );
    Ok(())
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn password_is_not_shown_while_it_is_typed() -> Result<()> {
    let mut server = server(DatabaseKind::Sqlite).await?;
    let program = server.other(&["user", "add", "carol", "--password-prompt"]);
    let line: Vec<String> = std::iter::once(program.get_program())
        .chain(program.get_args())
        .map(|word| format!("'{}'", word.to_string_lossy()))
        .collect();
    // `script` gives the program a terminal, and tells what that shows.
    let mut command = Command::new("script");
    command.args(["-qec", &line.join(" "), "/dev/null"]);
    for (name, value) in program.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().context("`script`, of util-linux")?;
    let mut terminal = child.stdin.take().context("a keyboard")?;
    let mut screen = child.stdout.take().context("a screen")?;
    let shown = tokio::task::spawn_blocking(move || -> Result<String> {
        let mut shown = String::new();
        for prompt in ["New password: ", "Once more: "] {
            read_until(&mut screen, &mut shown, prompt)?;
            std::io::Write::write_all(&mut terminal, format!("{PASSWORD}\n").as_bytes())?;
        }
        std::io::Read::read_to_string(&mut screen, &mut shown)?;
        Ok(shown)
    });

    let shown = tokio::time::timeout(Duration::from_secs(60), shown).await???;

    ensure!(child.wait()?.success(), "{shown}");
    ensure!(shown.contains("Made the account carol."), "{shown}");
    ensure!(!shown.contains(PASSWORD), "{shown}");
    ensure!(
        browser(&server).log_in("carol", PASSWORD).await.status == 200,
        "no login"
    );
    server.stop().await
}

/// Reads what a terminal shows until it shows that.
fn read_until(screen: &mut impl std::io::Read, shown: &mut String, text: &str) -> Result<()> {
    let from = shown.len();
    let mut byte = [0];
    while !shown[from..].ends_with(text) {
        ensure!(screen.read(&mut byte)? > 0, "no {text}: {shown}");
        shown.push(char::from(byte[0]));
    }
    Ok(())
}
