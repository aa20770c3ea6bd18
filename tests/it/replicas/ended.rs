//! What ends at one server is over at all of them.

use anyhow::{Result, ensure};
use serde_json::json;
use shared::routes::{API_LOGOUT, API_SESSION};
use tests::site::PASSWORD;

use super::cluster::Cluster;

/// Each server remembers the session, and none may answer by what it remembers: the next request
/// comes sooner than any message between them would have to.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, nginx and the built server; cargo xtask test runs it"]
async fn session_that_ends_at_one_server_is_refused_by_all_at_the_next_request() -> Result<()> {
    let cluster = Cluster::start().await?;
    cluster.add_admin("alice")?;
    for turn in 0..12 {
        let browser = cluster.browser();
        browser.log_in("alice", PASSWORD).await;
        let everywhere: Vec<_> = cluster
            .servers
            .iter()
            .map(|server| cluster.at(server, &browser))
            .collect();
        for at in &everywhere {
            ensure!(at.who().await.as_deref() == Some("alice"), "turn {turn}");
        }

        let left = cluster.at(&cluster.servers[turn % 3], &browser);
        let left = left.post_json(API_LOGOUT, &json!({})).await;

        ensure!(left.status == 200, "{}", left.body);
        for (at, server) in everywhere.iter().zip(&cluster.servers) {
            let answer = at.get(API_SESSION).await;
            ensure!(answer.status == 401, "turn {turn}, {}", server.origin());
        }
    }
    cluster.stop().await
}
