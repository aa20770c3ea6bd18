//! A session that has ended is refused at the next request, although the server remembers it:
//! whoever ended it, here or in another process. So is an account that has changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use postern::config;
use serde_json::json;
use shared::routes::{
    API_BACKCHANNEL_LOGOUT, API_LOGOUT, API_PROFILE_PASSWORD, API_PROFILE_SESSIONS, API_SESSION,
};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection, SqliteConnection};
use tests::answer::encode;
use tests::http_browser::HttpBrowser;
use tests::logins::account_of;
use tests::poll;
use tests::site::{CLIENT_ID, PASSWORD, Site, admin, user};
use tokio::net::TcpListener;

use crate::account::identities::{agree, connect};
use crate::admin::users;

/// Returns another browser with the same cookie, which the server remembers.
async fn remembered(site: &Site, browser: &HttpBrowser) -> HttpBrowser {
    let copy = site.browser();
    let token = browser.cookie("postern_session").expect("a session");
    copy.set_cookie("postern_session", &token);
    for _ in 0..3 {
        assert!(copy.who().await.is_some(), "logged in");
    }
    copy
}

async fn assert_refused(copy: &HttpBrowser, how: &str) {
    assert_eq!(copy.get(API_SESSION).await.status, 401, "{how}");
}

#[tokio::test]
async fn session_that_its_owner_ends_is_refused_at_once() {
    let site = Site::start().await;
    site.add(user("alice").await).await;

    let alice = site.logged_in("alice").await;
    let copy = remembered(&site, &alice).await;
    alice.post_json(API_LOGOUT, &json!({})).await;
    assert_refused(&copy, "logout").await;

    let (here, there) = (site.logged_in("alice").await, site.logged_in("alice").await);
    let copy = remembered(&site, &there).await;
    here.delete(API_PROFILE_SESSIONS).await;
    assert_refused(&copy, "all others").await;

    let there = site.logged_in("alice").await;
    let (copy, own) = (
        remembered(&site, &there).await,
        remembered(&site, &here).await,
    );
    let change = json!({"current": PASSWORD, "new": "another good password"});
    let changed = here.post_json(API_PROFILE_PASSWORD, &change).await;
    assert!(changed.status.is_success(), "{}", changed.body);
    assert_refused(&copy, "password").await;
    assert_refused(&own, "the token before the password").await;
    assert!(here.who().await.is_some());
}

#[tokio::test]
async fn session_that_an_admin_ends_is_refused_at_once() {
    let (site, root) = users::administered(&[]).await;
    for (name, change) in [
        ("alice", json!({"disabled": true})),
        ("carol", json!({"role": "admin"})),
        ("dave", json!(null)),
    ] {
        let id = site.add(user(name).await).await;
        let copy = remembered(&site, &site.logged_in(name).await).await;

        let path = users::path(id);
        let answer = if change.is_null() {
            root.delete(&path).await
        } else {
            root.patch(&path, &change).await
        };

        assert!(answer.status.is_success(), "{name}: {}", answer.body);
        assert_refused(&copy, name).await;
    }
}

#[tokio::test]
async fn session_that_the_op_or_a_lost_identity_ends_is_refused_at_once() {
    let site = Site::start().await;
    let bob = site.browser();
    bob.log_in_as("bob").await;
    let copy = remembered(&site, &bob).await;
    let (subject, sids) = (site.op.subject("bob").unwrap(), site.op.sids("bob"));
    let claims = site.op.logout_claims(CLIENT_ID, &subject, &sids[0]);
    let token = site.op.sign(&site.op.logout_header(), &claims);
    let request = site
        .browser()
        .call(reqwest::Method::POST, API_BACKCHANNEL_LOGOUT)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(encode(&[("logout_token", &token)]));
    assert_eq!(site.browser().send(request).await.status, 200);
    assert_refused(&copy, "back-channel logout").await;

    site.add(user("owner").await).await;
    let owner = site.logged_in("owner").await;
    connect(&owner, "carol").await;
    agree(&owner).await;
    let elsewhere = site.browser();
    elsewhere.log_in_as("carol").await;
    let copy = remembered(&site, &elsewhere).await;
    let list = owner.get("/api/profile/identities").await.json();
    let id = list[0]["id"].as_str().expect("an identity");
    let unlinked = owner.delete(&format!("/api/profile/identities/{id}")).await;
    assert_eq!(unlinked.status, 204, "{}", unlinked.body);
    assert_refused(&copy, "unlinked").await;
}

#[tokio::test]
async fn remembered_account_shows_each_change_at_once() {
    let (site, root) = users::administered(&[]).await;
    let id = site.add(user("alice").await).await;
    let copy = remembered(&site, &site.logged_in("alice").await).await;
    for name in ["One", "Two", "Three"] {
        let change = json!({"display_name": name});
        let answer = root.patch(&users::path(id), &change).await;
        assert_eq!(answer.status, 200, "{}", answer.body);

        let shown = copy.get(API_SESSION).await.json();

        assert_eq!(shown["user"]["display_name"], name);
    }
}

/// Another program on the site's database.
pub(crate) enum Program {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Program {
    pub(crate) async fn beside(site: &Site) -> Self {
        match &site.app.config.database {
            config::Database::Sqlite(file) => {
                let options = SqliteConnectOptions::new().filename(file);
                Self::Sqlite(options.connect().await.expect("the file opens"))
            }
            config::Database::Postgres(url) => {
                use secrecy::ExposeSecret as _;
                let open = PgConnection::connect(url.expose_secret()).await;
                Self::Postgres(open.expect("PostgreSQL"))
            }
        }
    }

    pub(crate) async fn run(&mut self, statement: &str) {
        match self {
            Self::Sqlite(open) => open.execute(statement).await.map(drop),
            // SQLite takes any value for bytes.
            Self::Postgres(open) => {
                let statement = statement
                    .replace("= session_id", "= uuid_send(session_id)")
                    .replace("= app_session_id", "= uuid_send(app_session_id)");
                open.execute(&*statement).await.map(drop)
            }
        }
        .expect("the statement");
    }
}

#[tokio::test]
async fn whatever_another_process_writes_ends_what_this_one_remembers() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let mut other = Program::beside(&site).await;
    for statement in [
        "delete from session",
        "update session set expires_at = 1",
        "update session set ended_at = 1",
        "update session set token_hash = session_id",
        "update account set disabled_at = 1",
        "delete from account",
    ] {
        let copy = remembered(&site, &site.logged_in("alice").await).await;

        other.run(statement).await;

        assert_refused(&copy, statement).await;
        other.run("update account set disabled_at = null").await;
    }
}

/// Starts another server on the site's database; returns its browser with this session.
async fn other_server(site: &Site) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let serving = postern::serve(site.replica().await, listener, std::future::pending());
    // Ends with the test's runtime.
    tokio::spawn(serving);
    origin
}

fn browser_at(origin: &str, site: &Site, session: &str) -> HttpBrowser {
    let browser = HttpBrowser::new(origin, site.public_origin(), site.op.origin());
    let browser = browser.with_port_in_cookies();
    browser.set_cookie("postern_session", session);
    browser
}

#[tokio::test]
async fn session_that_one_server_ends_is_refused_by_the_other() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let origin = other_server(&site).await;
    for round in 0..20 {
        let alice = site.logged_in("alice").await;
        let token = alice.cookie("postern_session").expect("a session");
        let there = browser_at(&origin, &site, &token);
        for _ in 0..3 {
            assert!(there.who().await.is_some(), "logged in there");
        }

        alice.post_json(API_LOGOUT, &json!({})).await;

        assert_refused(&there, &format!("round {round}")).await;
    }
}

#[tokio::test]
async fn server_that_is_not_told_of_changes_any_more_remembers_nothing() -> Result<()> {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let origin = other_server(&site).await;
    let mut other = Program::beside(&site).await;
    let Program::Postgres(_) = &other else {
        return Ok(());
    };
    for round in 0..5 {
        let alice = site.logged_in("alice").await;
        let token = alice.cookie("postern_session").expect("a session");
        let there = browser_at(&origin, &site, &token);
        for _ in 0..3 {
            assert!(there.who().await.is_some(), "logged in there");
        }

        // Those that listen, of both servers.
        other
            .run(
                "select pg_terminate_backend(pid) from pg_stat_activity
                 where application_name = current_setting('application_name')
                    and (query = 'select 1' or query ilike 'listen%')",
            )
            .await;
        alice.post_json(API_LOGOUT, &json!({})).await;

        assert_refused(&there, &format!("round {round}")).await;
    }
    // And it listens again.
    let alice = site.logged_in("alice").await;
    poll::until("an answer from there", poll::PATIENCE, async || {
        let token = alice.cookie("postern_session").expect("a session");
        let there = browser_at(&origin, &site, &token);
        Ok(there.who().await)
    })
    .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_after_a_logout_says_yes_however_many_ask_meanwhile() {
    let site = Arc::new(Site::start().await);
    site.add(user("alice").await).await;
    site.add(admin("root").await).await;
    let root = site.logged_in("root").await;
    let id = account_of(&root).await;
    for round in 0..15 {
        let alice = site.logged_in("alice").await;
        let copy = Arc::new(remembered(&site, &alice).await);
        let is_over = Arc::new(AtomicBool::new(false));
        let readers: Vec<_> = (0..4)
            .map(|_| {
                let (copy, is_over) = (Arc::clone(&copy), Arc::clone(&is_over));
                tokio::spawn(async move {
                    loop {
                        let was_over = is_over.load(Ordering::SeqCst);
                        let status = copy.get(API_SESSION).await.status;
                        assert!(!was_over || status == 401, "yes after the logout");
                        if was_over {
                            return;
                        }
                    }
                })
            })
            .collect();
        // Other writes, after which everything is read again.
        for name in ["one", "two"] {
            let change = json!({"display_name": format!("{name} {round}")});
            let answer = root.patch(&users::path(id.clone()), &change).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }

        alice.post_json(API_LOGOUT, &json!({})).await;
        is_over.store(true, Ordering::SeqCst);

        for reader in readers {
            reader.await.expect("no answer was too late");
        }
    }
}
