//! Each step of a login at another server.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use shared::routes::API_WELCOME;
use tests::http_browser::HttpBrowser;

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
