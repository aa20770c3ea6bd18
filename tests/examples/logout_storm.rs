//! A benchmark: how long a session check takes while a stranger sends logout tokens that nobody
//! signed, and the OP publishes 400 keys.
//!
//! Run by `POSTERN_BIN=target/release/postern cargo run -p tests --example logout_storm`, after
//! `cargo xtask bench door`, which builds what measures.

#![expect(clippy::print_stdout, reason = "figures are what it is for")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use demo_op::Lie;
use postern::audit::Actor;
use postern::config;
use postern::store::Store;
use serde_json::json;
use shared::routes::{API_BACKCHANNEL_LOGOUT, API_SESSION};
use tests::database::Database;
use tests::http_browser::HttpBrowser;
use tests::places;
use tests::server::Server;
use tests::site::{BEGINNING, PASSWORD, op_of_today, user};
use tokio::process::Command;
use tokio::task::JoinSet;

/// How many keys the OP publishes.
const KEYS: usize = 400;
/// How many strangers send at once.
const STRANGERS: usize = 16;
/// Over how many connections session checks are timed, for how long, and how many a second.
const CONNECTIONS: &str = "4";
const SECONDS: &str = "10";
const RATE: &str = "400";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let op = op_of_today().await?;
    let keys = (0..KEYS).map(|at| {
        let mut modulus = vec![0xff; 256];
        modulus[1..9].copy_from_slice(&at.to_be_bytes());
        let modulus = URL_SAFE_NO_PAD.encode(modulus);
        json!({"kty": "RSA", "use": "sig", "n": modulus, "e": "AQAB", "kid": format!("key-{at}")})
    });
    op.lies(Lie::JwksEntries(keys.collect()));
    let mut server = Server::prepare(Database::Sqlite)?;
    server.use_op_here(&op);
    let place = config::Database::Sqlite(server.data().join("postern.db"));
    let store = Store::connect(&place).await?;
    let by = Actor::server(clock::Timestamp::from_unix(BEGINNING));
    store.create_user(&user("alice").await, None, by).await?;
    store.close().await;
    server.start().await?;
    let alice = browser(&server);
    let answer = alice.log_in("alice", PASSWORD).await;
    ensure!(answer.status == 200, "{}", answer.body);

    time(&server, &alice, "no storm").await?;
    let sent = Arc::new(AtomicUsize::new(0));
    let mut strangers = JoinSet::new();
    for at in 0..STRANGERS {
        let (stranger, sent) = (browser(&server), Arc::clone(&sent));
        let token = forged(op.issuer(), at);
        strangers.spawn(async move {
            loop {
                stranger
                    .post_form(API_BACKCHANNEL_LOGOUT, &[("logout_token", &token)])
                    .await;
                sent.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let began = Instant::now();
    time(&server, &alice, "in the storm").await?;
    let (answered, seconds) = (
        sent.load(Ordering::Relaxed),
        began.elapsed().as_secs().max(1),
    );
    println!("{answered} forged logout tokens were answered meanwhile, in {seconds} s");
    strangers.shutdown().await;
    server.stop().await
}

fn browser(server: &Server) -> HttpBrowser {
    HttpBrowser::new(server.origin(), server.origin(), "http://no-op.invalid")
        .with_port_in_cookies()
}

/// Returns a logout token with the name of a published key, which did not sign it.
fn forged(issuer: &str, at: usize) -> String {
    let header = json!({"alg": "RS256", "typ": "logout+jwt", "kid": format!("key-{at}")});
    let claims = json!({"iss": issuer, "aud": "postern", "sub": "alice", "jti": "1", "iat": 0,
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}}});
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signature = URL_SAFE_NO_PAD.encode([7; 256]);
    format!("{}.{}.{signature}", part(header), part(claims))
}

/// Times session checks from a process of its own, so that what the strangers cost this one does not
/// count.
async fn time(server: &Server, alice: &HttpBrowser, when: &str) -> Result<()> {
    let peers = places::program(
        "BENCH_PEERS_BIN",
        "target/release/bench-peers",
        "cargo xtask bench door",
    )?;
    let name = alice.full_name("postern_session");
    let token = alice.cookie("postern_session").context("no session")?;
    let output = Command::new(peers)
        .args([
            "load",
            server.origin().trim_start_matches("http://"),
            API_SESSION,
        ])
        .args([CONNECTIONS, SECONDS, RATE])
        .args(["Host: x", &format!("Cookie: {name}={token}")])
        .output()
        .await?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{error}");
    let said = String::from_utf8(output.stdout)?;
    let mut numbers = said.split_whitespace().skip(1);
    let (median, slowest) = numbers.next().zip(numbers.next()).context("no figures")?;
    println!("session check, {when}: p50 {median} µs, p99 {slowest} µs");
    Ok(())
}
