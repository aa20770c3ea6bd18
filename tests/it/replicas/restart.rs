//! Servers that are restarted one after the other while people work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use anyhow::{Result, ensure};
use shared::routes::API_PROFILE;
use tests::http_browser::HttpBrowser;
use tests::site::PASSWORD;
use tokio::task::JoinSet;

use super::cluster::Cluster;

/// What somebody does until told to stop: they read their profile, and log in again.
async fn work(browser: HttpBrowser, ended: Arc<AtomicBool>, done: Arc<AtomicU32>) -> Result<()> {
    while !ended.load(Ordering::SeqCst) {
        let profile = browser.get(API_PROFILE).await;
        ensure!(
            profile.status == 200,
            "{}: {}",
            profile.status,
            profile.body
        );
        let login = browser.log_in("alice", PASSWORD).await;
        ensure!(login.status == 200, "{}: {}", login.status, login.body);
        done.fetch_add(1, Ordering::SeqCst);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, nginx and the built server; cargo xtask test runs it"]
async fn restart_of_one_after_the_other_fails_no_request() -> Result<()> {
    let mut cluster = Cluster::start().await?;
    cluster.add_admin("alice")?;
    let (ended, done) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU32::new(0)),
    );
    let mut people = JoinSet::new();
    for _ in 0..4 {
        let browser = cluster.browser();
        let login = browser.log_in("alice", PASSWORD).await;
        ensure!(login.status == 200, "{}", login.body);
        people.spawn(work(browser, Arc::clone(&ended), Arc::clone(&done)));
    }

    for server in &mut cluster.servers {
        let before = done.load(Ordering::SeqCst);
        server.restart().await?;
        // Some more work with all of them.
        tests::poll::until("more work", tests::poll::PATIENCE, async || {
            Ok((done.load(Ordering::SeqCst) > before + 8).then_some(()))
        })
        .await?;
    }

    ended.store(true, Ordering::SeqCst);
    for outcome in people.join_all().await {
        outcome?;
    }
    cluster.stop().await
}
