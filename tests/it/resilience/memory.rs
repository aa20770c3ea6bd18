//! What the server holds in memory, and gives back.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use shared::routes::API_LOGIN;
use std::sync::Arc;
use std::time::Duration;
use tests::database::Database;
use tests::server::Server;
use tests::site::PASSWORD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::resilience::{PROMPT, add, browser, logged_in, sqlite};

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

/// How many send half a body.
const HALVES: usize = 3000;
/// The most that the server may hold beside them, in kB.
const MOST_BESIDE: u64 = 100 * 1024;

/// Sends all of a large body but its end, and waits for what the server does; returns whether it
/// closed the connection.
async fn send_half(origin: &str) -> Result<bool> {
    let mut stream = TcpStream::connect(origin.trim_start_matches("http://")).await?;
    let head = format!(
        "POST {API_LOGIN} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: 32000\r\n\r\n"
    );
    // An error here and below means that the server has had enough.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(&vec![b' '; 31_000]).await;
    let read = timeout(Duration::from_secs(15), stream.read(&mut [0; 16])).await;
    Ok(matches!(read, Ok(Ok(0) | Err(_))))
}

async fn half_sent_bodies_are_bounded(proxies: Option<&str>, least_closed: usize) -> Result<()> {
    let mut server = Server::prepare(Database::Sqlite)?;
    if let Some(proxies) = proxies {
        server.set("POSTERN_TRUSTED_PROXIES", proxies);
    }
    add(&sqlite(&server), "alice").await?;
    server.start().await?;
    let before = resident(server.id()?)?;

    let mut crowd = JoinSet::new();
    for _ in 0..HALVES {
        let origin = server.origin().to_owned();
        crowd.spawn(async move { send_half(&origin).await });
    }
    let (mut most, mut closed) = (before, 0);
    while let Some(done) = crowd.join_next().await {
        closed += usize::from(done??);
        most = most.max(resident(server.id()?)?);
        if closed == 100 {
            let alice = timeout(PROMPT, logged_in(&server, "alice")).await;
            alice.context("a login hangs")?;
        }
    }

    eprintln!("{before} kB before {HALVES} half bodies, {most} kB beside them, {closed} closed");
    ensure!(most < MOST_BESIDE, "{before} kB before, {most} kB");
    ensure!(closed >= least_closed, "{closed} closed");
    server.stop().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn half_sent_bodies_of_all_clients_have_a_bound() -> Result<()> {
    half_sent_bodies_are_bounded(Some("127.0.0.1/32"), HALVES - 600).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn half_sent_bodies_of_one_client_have_a_lower_bound() -> Result<()> {
    half_sent_bodies_are_bounded(None, HALVES - 80).await
}
