//! Somebody who guesses passwords, each at another server.

use anyhow::{Result, ensure};
use tests::site::PASSWORD;

use super::cluster::Cluster;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, nginx and the built server; cargo xtask test runs it"]
async fn wrong_passwords_are_counted_by_all_servers_together() -> Result<()> {
    let cluster = Cluster::start().await?;
    cluster.add_admin("alice")?;
    cluster.add_admin("bob")?;
    let guess = async |username: &str, password: &str| {
        cluster.browser().log_in(username, password).await.status
    };

    for turn in 0..10 {
        let status = guess("alice", "not her password").await;
        ensure!(status == 401, "{turn}: {status}");
    }
    for turn in 0..3 {
        let status = guess("alice", PASSWORD).await;
        ensure!(status == 429, "{turn}: {status}");
    }

    // What is right costs nothing, at none of them.
    for turn in 0..15 {
        let status = guess("bob", PASSWORD).await;
        ensure!(status == 200, "{turn}: {status}");
    }
    cluster.stop().await
}
