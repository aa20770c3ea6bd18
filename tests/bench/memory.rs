//! `cargo xtask bench memory`: what the server has in memory, at rest and after work.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use postern::audit::Actor;
use postern::store::Store;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use shared::routes::{API_LOGIN, API_SESSION};
use tests::database::Database;
use tests::http_browser::HttpBrowser;
use tests::server::Server;
use tests::site::{PASSWORD, user};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::machine::{Bench, say, worked};
use super::visitor::LOGIN;
use super::{program, seed};

/// How many connections are open at once.
const CONNECTIONS: usize = 512;
/// How many log in with a password.
const LOGINS: usize = 1000;
/// How many of them at once.
const AT_ONCE: usize = 16;
/// So many accounts that 100 000 have a session which is live.
const ACCOUNTS: u64 = 111_111;

/// Measures, and prints a table.
pub(super) async fn run(bench: &Bench) -> Result<()> {
    let mut lines = Vec::new();
    logins(&mut lines).await?;
    sessions(bench, &mut lines).await?;
    print(&lines)
}

/// A line of the table: what was done before, and kB.
type Line = (String, u64);

/// A server of its own: at rest, beside connections, after logins.
async fn logins(lines: &mut Vec<Line>) -> Result<()> {
    let mut server = prepare()?;
    let store = Store::connect(&seed::place(&server)).await?;
    let by = Actor::server(clock::Clock::System.now());
    store.create_user(&user("alice").await, None, by).await?;
    store.close().await;
    server.start().await?;
    let id = server.id()?;
    lines.push(("at rest".to_owned(), program::memory(id, "VmRSS")?));
    let open = connect(&server).await?;
    let what = format!("beside {CONNECTIONS} connections");
    lines.push((what, program::memory(id, "VmRSS")?));
    let mut crowd = JoinSet::new();
    for number in 0..LOGINS {
        if crowd.len() == AT_ONCE {
            crowd.join_next().await.context("a login")??;
        }
        let origin = server.origin().to_owned();
        crowd.spawn(async move {
            let browser = HttpBrowser::new(&origin, &origin, "http://no-op.invalid");
            let login = browser
                .call(Method::POST, API_LOGIN)
                .header(CONTENT_TYPE, "application/json")
                .header(
                    "x-forwarded-for",
                    format!("10.1.{}.{}", number / 250, number % 250),
                )
                .body(json!({"username": "alice", "password": PASSWORD}).to_string());
            let answer = browser.send(login).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        });
    }
    while let Some(done) = crowd.join_next().await {
        done?;
    }
    let what = format!("and after {LOGINS} logins with a password");
    lines.push((what, program::memory(id, "VmRSS")?));
    drop(open);
    server.stop().await
}

fn prepare() -> Result<Server> {
    let mut server = Server::prepare(Database::Sqlite)?;
    server.set("POSTERN_PUBLIC_URL", LOGIN);
    server.set("POSTERN_LOG", "warn");
    // A proxy that is believed, so that each login comes from an address of its own.
    server.set("POSTERN_TRUSTED_PROXIES", "127.0.0.1/32");
    Ok(server)
}

/// Opens connections, on each of which something was answered.
async fn connect(server: &Server) -> Result<Vec<TcpStream>> {
    let address = server.origin().trim_start_matches("http://");
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET {API_SESSION} HTTP/1.1\r\nHost: login.example.test\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = [0; 1024];
        let length = stream.read(&mut answer).await?;
        ensure!(answer[..length].starts_with(b"HTTP/1.1 401"), "no answer");
        open.push(stream);
    }
    Ok(open)
}

/// A server that checks many sessions, twice.
async fn sessions(bench: &Bench, lines: &mut Vec<Line>) -> Result<()> {
    let mut server = prepare()?;
    let now = clock::Clock::System.now();
    seed::fill(&server, ACCOUNTS, now.unix()).await?;
    server.start().await?;
    let id = server.id()?;
    let address = server.origin().trim_start_matches("http://").to_owned();
    // Of ten, the last one has expired; of a thousand, also the account is disabled.
    let live = (0..ACCOUNTS).filter(|number| number % 10 != 9);
    let cookies: Vec<String> = live.map(seed::cookie).collect();
    let file = bench.folder.path().join("cookies");
    std::fs::write(&file, cookies.join("\n"))?;
    let file = file.to_str().context("a path")?;
    for round in ["", ", again"] {
        let (began, before) = (Instant::now(), worked(id)?);
        let (checked, ..) = bench
            .each(
                &address,
                API_SESSION,
                file,
                64,
                &["Host: login.example.test"],
            )
            .await?;
        let work = (worked(id)? - before).as_micros() / u128::from(checked.max(1));
        // After five minutes, a use has to be noted.
        ensure!(
            began.elapsed() < Duration::from_mins(2),
            "this machine is too slow"
        );
        let what = format!("after {checked} sessions were checked{round} ({work} µs each)");
        lines.push((what, program::memory(id, "VmRSS")?));
    }
    server.stop().await
}

fn print(lines: &[Line]) -> Result<()> {
    say("\n### Memory\n")?;
    say("| memory | MB |")?;
    say("|---|---|")?;
    for (what, kilobytes) in lines {
        say(&format!("| {what} | {} |", kilobytes / 1024))?;
    }
    Ok(())
}
