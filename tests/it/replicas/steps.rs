//! Each step of a login at another server.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;
use shared::routes::{API_LINK, API_PROFILE, API_TEST_LOGIN, API_USERS, API_WELCOME, DOCTOR, LINK};
use tests::http_browser::HttpBrowser;
use tests::site::PASSWORD;

use super::cluster::Cluster;

/// The log's line of a login.
const LOGGED_IN: &str = "logged in";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, nginx and the built server; cargo xtask test runs it"]
async fn every_step_of_a_login_may_be_at_another_server() -> Result<()> {
    let cluster = Cluster::start().await?;
    for turn in 0..12 {
        let browser = cluster.browser();
        let login = browser.log_in_as(["alice", "bob", "carol"][turn % 3]).await;
        ensure!(login.callback.status == 303, "{}", login.callback.body);
        for _ in 0..3 {
            let who = browser.who().await;
            ensure!(
                who.as_deref() == Some(["alice", "bob", "carol"][turn % 3]),
                "{who:?}"
            );
        }
    }
    cluster.all_took_part(LOGGED_IN)?;
    cluster.stop().await
}

/// A phone sends the callback twice, and each time to another server.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, nginx and the built server; cargo xtask test runs it"]
async fn double_callback_at_two_servers_logs_in_once() -> Result<()> {
    let cluster = Cluster::start().await?;
    for _ in 0..6 {
        let browser = cluster.browser();
        let url = browser.callback_for("bob").await;
        let (one, other) = tokio::join!(browser.get(&url), browser.get(&url));
        ensure!(one.location() == "/", "{}", one.location());
        ensure!(other.location() == "/", "{}", other.location());
        ensure!(browser.who().await.as_deref() == Some("bob"));
    }
    cluster.stop().await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, nginx and the built server; cargo xtask test runs it"]
async fn link_that_logs_in_once_does_so_once_at_all_servers() -> Result<()> {
    let cluster = Cluster::start().await?;
    cluster.add_admin("alice")?;
    let printed = cluster.servers[1].run(&["login-link", "--user", "alice"])?;
    let printed = String::from_utf8(printed.stdout)?;
    let (_, token) = printed.trim().split_once('#').context("a link")?;
    let body = json!({ "token": token });
    let browsers: Vec<HttpBrowser> = (0..6).map(|_| cluster.browser()).collect();

    let visits = browsers
        .iter()
        .map(|browser| browser.post_json(API_WELCOME, &body));
    let answers = futures_util::future::join_all(visits).await;

    let inside = answers.iter().filter(|answer| answer.status == 200).count();
    ensure!(inside == 1, "{inside} browsers are logged in by one link");
    cluster.stop().await
}

/// Whose an identity is, is asked by one server and answered to another.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, nginx and the built server; cargo xtask test runs it"]
async fn identity_is_connected_whichever_server_is_told_whose_it_is() -> Result<()> {
    let cluster = Cluster::start().await?;
    cluster.add_admin("alice")?;
    let at_home = cluster.browser();
    at_home.log_in("alice", PASSWORD).await;
    let email = json!({"email": "alice@example.com"});
    let set = at_home.patch(API_PROFILE, &email).await;
    ensure!(set.status == 200, "{}", set.body);
    let browser = cluster.browser();
    let login = browser.log_in_as("alice").await.callback;
    ensure!(login.location() == LINK, "{}", login.summary());
    // Each of these is another server's.
    for _ in 0..3 {
        let asked = browser.get(API_LINK).await;
        ensure!(
            asked.json()["identity_username"] == "alice",
            "{}",
            asked.body
        );
    }

    let answer = json!({"username": "alice", "password": PASSWORD});
    let agreed = browser.post_json(API_LINK, &answer).await;

    ensure!(agreed.status == 200, "{}", agreed.body);
    for _ in 0..3 {
        let again = cluster.browser();
        again.log_in_as("alice").await;
        ensure!(again.who().await.as_deref() == Some("alice"));
    }
    cluster.stop().await
}

/// A test login begins at one server, comes back to another, and is shown by a third.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, nginx and the built server; cargo xtask test runs it"]
async fn test_login_is_shown_by_whichever_server_is_asked() -> Result<()> {
    let cluster = Cluster::start().await?;
    cluster.add_admin("root")?;
    let browser = cluster.browser();
    browser.log_in("root", PASSWORD).await;
    for name in ["alice", "bob", "carol"] {
        let begun = browser.post_json(API_TEST_LOGIN, &json!({})).await.json();
        let url = begun["redirect"].as_str().context("the OP's URL")?;

        let callback = browser.get(&browser.at_op(url, name).await).await;

        ensure!(callback.location() == DOCTOR, "{}", callback.summary());
        for server in &cluster.servers {
            let report = cluster.at(server, &browser).get(API_TEST_LOGIN).await;
            ensure!(report.json()["account"] == name, "{}", report.body);
        }
    }
    cluster.stop().await
}

/// Two admins demote each other at once, each at another server: one of them stays.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, nginx and the built server; cargo xtask test runs it"]
async fn somebody_can_always_administer_whatever_two_servers_are_told_at_once() -> Result<()> {
    let cluster = Cluster::start().await?;
    let mut admins = Vec::new();
    for (name, server) in ["ada", "ben"].iter().zip(&cluster.servers) {
        cluster.add_admin(name)?;
        let browser = cluster.browser();
        browser.log_in(name, PASSWORD).await;
        let profile = browser.get(API_PROFILE).await.json();
        let id = profile["user"]["id"].as_str().context("an id")?.to_owned();
        admins.push((cluster.at(server, &browser), format!("{API_USERS}/{id}")));
    }
    let [(ada, of_ada), (ben, of_ben)] = &admins[..] else {
        bail!("two admins");
    };
    let (demoted, promoted) = (json!({"role": "user"}), json!({"role": "admin"}));
    for _ in 0..6 {
        let (one, other) = tokio::join!(ada.patch(of_ben, &demoted), ben.patch(of_ada, &demoted));

        let done = [&one, &other].map(|answer| answer.status == 200);
        ensure!(done != [true, true], "nobody can administer");
        ensure!(done != [false, false], "{} {}", one.body, other.body);
        let (winner, of_loser) = if done[0] {
            (ada, of_ben)
        } else {
            (ben, of_ada)
        };
        let back = winner.patch(of_loser, &promoted).await;
        ensure!(back.status == 200, "{}", back.body);
    }
    cluster.stop().await
}
