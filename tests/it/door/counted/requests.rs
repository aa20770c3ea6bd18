//! The requests that are made most, and the one that costs most.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use shared::routes::{API_OAUTH_OPENID, API_SESSION, API_VERIFY};
use tests::database::Database;
use tests::http_browser::HttpBrowser;
use tests::server::Server;
use tests::site::op_of_today;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::callgrind::Counter;
use super::limits;
use crate::door::visitor::{CHAT, LOGIN, Visitor, WIKI};
use crate::door::{program, upstream};

/// How many requests are made before they count: connections open, and caches fill.
const FIRST: u64 = 30;
/// How many count, in each round.
const COUNTED: u64 = 20;
/// How many rounds there are, of which the median counts: what the server does beside requests, such as
/// to examine itself after the start, is in one or two.
const ROUNDS: usize = 9;
/// How many logins count, of which the median does.
const LOGINS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Valgrind and the release build; cargo xtask test runs it"]
async fn requests_cost_no_more_instructions_than_the_limits_say() -> Result<()> {
    let mut counted = requests().await?;
    counted.insert(API_OAUTH_OPENID, callback().await?);

    limits::compare(&counted)
}

/// Counts requests of somebody who is logged in.
async fn requests() -> Result<BTreeMap<&'static str, u64>> {
    let upstream = upstream::start().await;
    let settings = [
        ("POSTERN_APP_WIKI_UPSTREAM", upstream.as_str()),
        ("POSTERN_APP_CHAT_URL", CHAT),
        ("POSTERN_APP_CHAT_UPSTREAM", &upstream),
        ("POSTERN_TRUSTED_PROXIES", "127.0.0.1/32"),
    ];
    let mut server = program::prepare(Database::Sqlite, &settings)?;
    program::add_alice(&server).await?;
    let callgrind = Counter::around(&mut server)?;
    server.start().await?;
    let mut alice = Visitor::at(server.origin());
    alice.log_in("alice").await;
    alice.enter(WIKI).await;
    alice.enter(CHAT).await;
    let token = alice
        .cookie(LOGIN, "postern_session")
        .context("a session")?;
    let own = format!("Host: login.example.test\r\nCookie: postern_session={token}\r\n");
    let proxied = format!("Host: wiki.example.test\r\n{}", alice.cookie_line(WIKI));
    let asked = format!(
        "Host: login.example.test\r\nX-Forwarded-Host: chat.example.test\r\nX-Forwarded-Uri: /\r\n\
         X-Forwarded-Method: GET\r\nX-Forwarded-Proto: http\r\n{}",
        alice.cookie_line(CHAT)
    );
    let kinds = [
        ("application", "/", proxied),
        (API_SESSION, API_SESSION, own),
        (API_VERIFY, API_VERIFY, asked),
    ];
    callgrind.begin(&server)?;
    let mut counted = BTreeMap::new();
    for (what, path, headers) in kinds {
        let request = format!("GET {path} HTTP/1.1\r\n{headers}\r\n");
        let address = server.origin().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await?;
        ask(&mut stream, &request, FIRST).await?;
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            callgrind.forget(&server)?;
            ask(&mut stream, &request, COUNTED).await?;
            rounds.push(callgrind.count(&server)? / COUNTED);
        }
        counted.insert(what, median(rounds));
    }
    server.stop().await?;
    Ok(counted)
}

/// Counts the end of a login at the OP: what the callback does.
async fn callback() -> Result<u64> {
    let op = op_of_today().await?;
    let mut server = Server::prepare(Database::Sqlite)?;
    server.use_op_here(&op);
    let callgrind = Counter::around(&mut server)?;
    server.start().await?;
    let browser = || HttpBrowser::new(server.origin(), server.origin(), op.origin());
    browser().log_in_as("bob").await;
    callgrind.begin(&server)?;
    let mut counts = Vec::new();
    for _ in 0..=LOGINS {
        let browser = browser();
        let callback = browser.callback_for("bob").await;
        callgrind.forget(&server)?;
        let answer = browser.get(&callback).await;
        ensure!(answer.location() == "/", "{}", answer.summary());
        counts.push(callgrind.count(&server)?);
    }
    server.stop().await?;
    // The first under Callgrind is none like the others.
    counts.remove(0);
    Ok(median(counts))
}

fn median(mut counts: Vec<u64>) -> u64 {
    counts.sort_unstable();
    counts[counts.len() / 2]
}

/// Asks again and again over one connection.
async fn ask(stream: &mut TcpStream, request: &str, times: u64) -> Result<()> {
    let mut answer = Vec::new();
    for _ in 0..times {
        stream.write_all(request.as_bytes()).await?;
        answer.clear();
        while !is_whole(&answer)? {
            let read = stream.read_buf(&mut answer).await?;
            ensure!(read > 0, "the connection was closed");
        }
    }
    Ok(())
}

/// Is that a whole answer, and a good one?
fn is_whole(answer: &[u8]) -> Result<bool> {
    let text = std::str::from_utf8(answer)?;
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return Ok(false);
    };
    if !head.starts_with("HTTP/1.1 200 ") {
        bail!("{head}");
    }
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, length) = length.context("an answer without a length")?;
    Ok(body.len() >= length.parse::<usize>()?)
}
