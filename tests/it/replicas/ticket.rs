//! Tickets that one server issues and another redeems.

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use url::Url;

use super::cluster::Cluster;
use crate::door::upstream;
use crate::door::visitor::{LOGIN, Visitor, WIKI};

/// Starts servers with an application behind their door.
async fn cluster() -> Result<Cluster> {
    let upstream = upstream::start().await;
    let settings = [
        ("POSTERN_APP_WIKI_URL", WIKI),
        ("POSTERN_APP_WIKI_UPSTREAM", upstream.as_str()),
    ];
    let cluster = Cluster::start_as(Some(LOGIN), &settings).await?;
    cluster.add_admin("alice")?;
    Ok(cluster)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, nginx and the built server; cargo xtask test runs it"]
async fn ticket_opens_an_application_at_whichever_server_it_is_redeemed() -> Result<()> {
    let cluster = cluster().await?;
    for turn in 0..4 {
        let mut alice = Visitor::at(&cluster.origin);
        alice.log_in("alice").await;
        alice.enter(WIKI).await;
        for _ in 0..3 {
            let shown = alice.fetch(WIKI).await;
            ensure!(shown.status == 200, "turn {turn}: {}", shown.body);
            ensure!(
                shown.sent_header("remote-user") == "alice",
                "{}",
                shown.body
            );
        }
    }
    cluster.stop().await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, nginx and the built server; cargo xtask test runs it"]
async fn ticket_is_redeemed_once_by_all_servers_together() -> Result<()> {
    let cluster = cluster().await?;
    for _ in 0..4 {
        let mut alice = Visitor::at(&cluster.origin);
        alice.log_in("alice").await;
        let ticket = ticket(&mut alice).await?;

        let redeem = async || {
            let request = alice.call(Method::GET, &ticket);
            alice
                .open(request.header("sec-fetch-mode", "navigate"))
                .await
                .0
        };
        let answers = tokio::join!(redeem(), redeem(), redeem());

        let answers: [reqwest::Response; 3] = answers.into();
        let opened = answers.iter().filter(|answer| {
            let cookies = answer.headers().get_all("set-cookie");
            let mut lines = cookies.iter().filter_map(|line| line.to_str().ok());
            lines.any(|line| line.starts_with("postern_app=") && !line.contains("Max-Age=0"))
        });
        let opened = opened.count();
        ensure!(opened == 1, "{opened} sessions by one ticket");
    }
    cluster.stop().await
}

/// Walks from the application to Postern, and stops before the ticket is redeemed.
async fn ticket(alice: &mut Visitor) -> Result<String> {
    let mut url = Url::parse(WIKI)?;
    for _ in 0..6 {
        let shown = alice.navigate(url.as_str()).await;
        url = url.join(shown.header("location"))?;
        if url.query().is_some_and(|query| query.contains("ticket=")) {
            return Ok(url.into());
        }
    }
    None.context("no ticket")
}
