//! What the server holds in memory, and gives back.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use shared::routes::API_LOGIN;
use std::sync::Arc;
use tests::database::Database;
use tests::server::Server;
use tests::site::PASSWORD;
use tokio::task::JoinSet;

use crate::resilience::{add, browser, sqlite};

/// How many log in.
const LOGINS: usize = 1000;
/// How many of them at once.
const AT_ONCE: usize = 16;
/// The most that the server may hold after that, in kB.
const MOST: u64 = 64 * 1024;

/// Returns how much of a process is in memory, in kB.
fn resident(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.context("no VmRSS")?.parse()?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn thousand_logins_leave_the_server_small() -> Result<()> {
    let mut server = Server::prepare(Database::Sqlite)?;
    // A proxy that is believed, so that each login comes from an address of its own.
    server.set("POSTERN_TRUSTED_PROXIES", "127.0.0.1/32");
    add(&sqlite(&server), "alice").await?;
    server.start().await?;
    let before = resident(server.id()?)?;

    let strangers = Arc::new(browser(&server));
    let mut crowd = JoinSet::new();
    for n in 0..LOGINS {
        if crowd.len() == AT_ONCE {
            crowd.join_next().await.context("a login")??;
        }
        let strangers = Arc::clone(&strangers);
        crowd.spawn(async move {
            let is_alice = n % 100 == 0;
            let name = if is_alice {
                "alice".to_owned()
            } else {
                format!("user{n}")
            };
            let login = strangers
                .call(Method::POST, API_LOGIN)
                .header(CONTENT_TYPE, "application/json")
                .header("x-forwarded-for", format!("10.1.{}.{}", n / 250, n % 250))
                .body(json!({"username": name, "password": PASSWORD}).to_string());
            let answer = strangers.send(login).await;
            let expected = if is_alice { 200 } else { 401 };
            assert_eq!(answer.status, expected, "{}", answer.body);
        });
    }
    while let Some(done) = crowd.join_next().await {
        done?;
    }

    let after = resident(server.id()?)?;
    eprintln!("{before} kB before {LOGINS} logins, {after} kB after");
    ensure!(after < MOST, "{before} kB before, {after} kB after");
    server.stop().await
}
