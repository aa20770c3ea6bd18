//! Servers that fall while people work.

use anyhow::{Result, ensure};

use super::cluster::Cluster;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, nginx and the built server; cargo xtask test runs it"]
async fn login_goes_on_though_a_server_is_killed_in_the_middle() -> Result<()> {
    let mut cluster = Cluster::start().await?;
    for fallen in 0..3 {
        let browser = cluster.browser();
        let callback = browser.callback_for("bob").await;
        cluster.servers[fallen].kill()?;

        let answer = browser.get(&callback).await;

        ensure!(answer.location() == "/", "{}", answer.location());
        ensure!(browser.who().await.as_deref() == Some("bob"));
        cluster.servers[fallen].start().await?;
    }
    cluster.stop().await
}
