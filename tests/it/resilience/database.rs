//! SQLite's file is locked, replaced, damaged or on a full disk: writes are refused with a code,
//! who is logged in stays so, and what can come back comes back by itself.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clock::Clock;
use insta::assert_snapshot;
use postern::app::App;
use postern::config::{self, Config};
use postern::telemetry::chain;
use serde_json::json;
use shared::routes::{API_CONFIG, API_LOGOUT, API_PROFILE, API_SESSION, LOGIN};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _, SqliteConnection};
use tempfile::TempDir;
use tests::answer::Answer;
use tests::database::Database;
use tests::http_browser::HttpBrowser;
use tests::poll;
use tests::server::Server;
use tests::site::{Site, user};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::resilience::{PROMPT, add, logged_in, sqlite};

/// Longer than the server waits for a lock.
const PATIENCE: Duration = Duration::from_secs(20);
/// Shorter than that: what does not write does not wait.
const AT_ONCE: Duration = Duration::from_secs(4);

/// Opens the site's file as another program does.
async fn other_program(site: &Site) -> Option<SqliteConnection> {
    let config::Database::Sqlite(file) = &site.app.config.database else {
        return None;
    };
    let options = SqliteConnectOptions::new().filename(file);
    Some(options.connect().await.expect("the file opens"))
}

async fn rename(browser: &HttpBrowser, name: &str) -> Answer {
    let change = json!({ "display_name": name });
    let change = browser.patch(API_PROFILE, &change);
    timeout(PATIENCE, change).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes long; cargo xtask test runs it"]
async fn locked_database_refuses_writes_and_still_knows_who_is_logged_in() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let alice = site.logged_in("alice").await;
    let mut other = other_program(&site).await.expect("SQLite");
    // So that the next request has to note that the session is used.
    site.pass(Duration::from_secs(120));
    other.execute("begin exclusive").await.unwrap();

    // More writers than there are connections.
    let alice = Arc::new(alice);
    let mut writers = JoinSet::new();
    for n in 0..6 {
        let alice = Arc::clone(&alice);
        writers.spawn(async move { rename(&alice, &format!("name {n}")).await });
    }
    let begin = Instant::now();
    for _ in 0..10 {
        let session = timeout(AT_ONCE, alice.get(API_SESSION)).await;
        assert_eq!(session.expect("no reader waits").status, 200);
    }
    assert!(begin.elapsed() < PROMPT, "readers wait");

    for answer in writers.join_all().await {
        assert_eq!(
            answer.summary(),
            "503 Service Unavailable, code: unavailable"
        );
    }
    assert!(begin.elapsed() < PATIENCE);
    other.execute("rollback").await.unwrap();
    assert_eq!(rename(&alice, "Alice").await.status, 200);
}

#[tokio::test]
async fn replaced_database_file_is_left_alone_until_it_is_back() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let alice = site.logged_in("alice").await;
    let config::Database::Sqlite(file) = &site.app.config.database else {
        return;
    };
    let aside = file.with_extension("aside");
    fs::rename(file, &aside).unwrap();

    assert_snapshot!(rename(&alice, "gone").await.summary(), @"503 Service Unavailable, code: unavailable");
    assert_snapshot!(alice.get("/readyz").await.summary(), @"503 Service Unavailable, code: unavailable");
    fs::copy(&aside, file).unwrap();
    assert_eq!(rename(&alice, "another file").await.code(), "unavailable");

    fs::rename(&aside, file).unwrap();
    assert_eq!(rename(&alice, "Alice").await.status, 200);
    assert_eq!(alice.who().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn damaged_database_is_no_panic_and_the_login_page_says_it() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let Some(mut other) = other_program(&site).await else {
        return;
    };
    other.execute("drop table session").await.unwrap();
    other.execute("drop table identity").await.unwrap();
    other.execute("drop table setting").await.unwrap();
    let browser = site.browser();

    let config = browser.get(API_CONFIG).await;
    assert_eq!(config.status, 200, "{}", config.body);
    assert_eq!(config.json()["database_away"], true);
    let page = browser
        .get(&format!("{LOGIN}?error=server_error&ref=k3v9q2"))
        .await;
    assert_eq!(page.status, 200);
    for words in [
        "data-code=\"server_error\"",
        "data-ref=\"k3v9q2\"",
        "data-code=\"unavailable\"",
        "cannot reach its database right now",
    ] {
        assert!(page.body.contains(words), "no {words}: {}", page.body);
    }
    let login = browser.log_in("alice", tests::site::PASSWORD).await;
    assert_snapshot!(login.summary(), @"503 Service Unavailable, code: unavailable");
    assert_eq!(browser.get("/healthz").await.status, 200);
}

/// Starts with this data folder, and returns why that cannot be.
async fn refusal(folder: &str) -> String {
    let vars = [("DATA_DIR".to_owned(), folder.to_owned())];
    let (config, _) = Config::from_vars(vars).unwrap_or_else(|faults| panic!("{faults}"));
    match App::new(config, Clock::System).await {
        Ok(_) => panic!("it starts"),
        Err(error) => chain(error.as_ref()).replace(folder, "FOLDER"),
    }
}

#[tokio::test]
async fn file_that_is_no_database_ends_the_start_with_a_sentence() {
    let folder = TempDir::new().unwrap();
    fs::write(
        folder.path().join("postern.db"),
        "not a database\n".repeat(1000),
    )
    .unwrap();

    let said = refusal(&folder.path().display().to_string()).await;

    assert_snapshot!(said, @"cannot use the database FOLDER/postern.db: error returned from database: (code: 26) file is not a database");
}

#[tokio::test]
async fn data_folder_that_cannot_be_made_ends_the_start_with_a_sentence() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();

    let said = refusal(&file.join("data").display().to_string()).await;

    assert_snapshot!(said, @"reading FOLDER/secret.key: Not a directory (os error 20)");
}

/// Prepares a server whose next start is on a file system of its own.
///
/// # Errors
/// The machine does not let us mount anything, not even in a name space of our own.
fn on_its_own_mount(server: &mut Server, mount: &str) -> Result<()> {
    let has_mounts = std::process::Command::new("unshare")
        .args(["-rm", "sh", "-c", "mount -t tmpfs tmpfs /tmp"])
        .status()
        .is_ok_and(|status| status.success());
    ensure!(
        has_mounts,
        "`unshare -rm` and `mount` are not permitted here"
    );
    let folder = server.data().display();
    let mount = mount.replace("FOLDER", &folder.to_string());
    server.first(format!(
        "exec unshare -rm sh -c '{mount} && exec \"$0\" \"$@\"' \"$0\" \"$@\""
    ));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn full_disk_refuses_writes_until_there_is_space() -> Result<()> {
    let mut server = Server::prepare(Database::Sqlite)?;
    add(&sqlite(&server), "alice").await?;
    let mount = "mkdir -p /tmp/.kept && cp FOLDER/postern.db /tmp/.kept/$$ && \
        mount -t tmpfs -o size=2m tmpfs FOLDER && mv /tmp/.kept/$$ FOLDER/postern.db";
    on_its_own_mount(&mut server, mount)?;
    server.start().await?;
    let alice = logged_in(&server, "alice").await;
    ensure!(
        rename(&alice, "before").await.status == 200,
        "a disk with space"
    );
    // The server's own view of its folder.
    let root = format!("/proc/{}/root{}", server.id()?, server.data().display());
    let ballast = format!("{root}/ballast");

    let full = fs::write(&ballast, vec![1; 4 << 20]);
    ensure!(full.is_err(), "the disk is larger than it should be");
    let mut last = None;
    // The remaining blocks may still be enough for a few.
    for n in 0..200 {
        let answer = rename(&alice, &format!("{n:090}")).await;
        if answer.status != 200 {
            last = Some(answer);
            break;
        }
    }
    let refused = last.context("a full disk takes everything")?;
    assert_snapshot!(refused.summary(), @"503 Service Unavailable, code: unavailable");
    ensure!(alice.get(API_SESSION).await.status == 200, "logged out");
    ensure!(alice.get(LOGIN).await.status == 200, "no login page");

    fs::remove_file(&ballast)?;
    poll::until("a write", poll::PATIENCE, async || {
        Ok((rename(&alice, "after").await.status == 200).then_some(()))
    })
    .await?;
    ensure!(!server.log().contains("panic"), "{}", server.log());
    server.stop().await
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn data_folder_of_another_user_ends_the_start_with_the_command_that_helps() -> Result<()> {
    // Whoever is not root here cannot become somebody else.
    ensure!(
        fs::metadata("/proc/self")?.uid() == 0,
        "this test runs as root"
    );
    for key in [
        None,
        Some("a-secret-key-that-is-long-enough-to-seal-all-cookies"),
    ] {
        let mut server = Server::prepare(Database::Sqlite)?;
        if let Some(key) = key {
            server.set("POSTERN_SECRET_KEY", key);
        }
        server.first(
            "exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$0\" \"$@\"".to_owned(),
        );

        let said = server.start_in_vain().await?;

        let folder = server.data().display().to_string();
        for words in [
            format!("user 65534 may not write to {folder}, which belongs to user 0"),
            format!("Fix: chown -R 65534:65534 {folder}"),
        ] {
            ensure!(said.contains(&words), "{words}: {said}");
        }
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn read_only_data_folder_ends_the_start_with_a_sentence() -> Result<()> {
    let mut server = Server::prepare(Database::Sqlite)?;
    server.set(
        "POSTERN_SECRET_KEY",
        "a-secret-key-that-is-long-enough-to-seal-all-cookies",
    );
    add(&sqlite(&server), "alice").await?;
    let mount = "mount --bind FOLDER FOLDER && mount -o remount,bind,ro FOLDER";
    on_its_own_mount(&mut server, mount)?;

    let said = server.start_in_vain().await?;

    let file = server.data().join("postern.db");
    let sentence = format!(
        "postern: cannot open {}: Read-only file system",
        file.display()
    );
    ensure!(said.contains(&sentence), "{said}");
    ensure!(!said.contains("panic"), "{said}");
    Ok(())
}

#[tokio::test]
async fn logout_with_the_database_away_clears_the_cookie_and_says_what_remains() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let (alice, by_form) = (site.logged_in("alice").await, site.logged_in("alice").await);
    let session = alice.cookie("postern_session").expect("a session");
    let config::Database::Sqlite(file) = &site.app.config.database else {
        return;
    };
    let aside = file.with_extension("aside");
    fs::rename(file, &aside).unwrap();

    let answer = alice.post_json(API_LOGOUT, &json!({})).await;
    let form = by_form.post_form(API_LOGOUT, &[]).await;

    assert_snapshot!(
        answer.summary(),
        @"200 OK, redirect: /login?logged_out=here, clears: postern_session"
    );
    assert_snapshot!(
        form.summary(),
        @"303 See Other, location: /login?logged_out=here, clears: postern_session"
    );
    let page = alice.get(form.location()).await;
    let words = "The server could not reach its database";
    assert!(page.body.contains(words), "{}", page.body);
    fs::rename(&aside, file).unwrap();
    assert_eq!(alice.who().await, None);
    alice.set_cookie("postern_session", &session);
    assert_eq!(alice.who().await.as_deref(), Some("alice"), "what remains");
}
