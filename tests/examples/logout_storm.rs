//! A benchmark: how long a session check takes while a stranger sends logout tokens that nobody
//! signed, and the OP publishes 400 keys.
//!
//! Run by `POSTERN_BIN=target/release/postern cargo run --release -p tests --example logout_storm`.

#![expect(clippy::print_stdout, reason = "figures are what it is for")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
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
use tests::server::Server;
use tests::site::{BEGINNING, PASSWORD, op_of_today, user};
use tokio::task::JoinSet;

/// How many keys the OP publishes.
const KEYS: usize = 400;
/// How many strangers send at once.
const STRANGERS: usize = 16;
/// How many session checks are timed, one after the other.
const CHECKS: usize = 2000;

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

    show("no storm", &time(&alice).await?);
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
    show("in the storm", &time(&alice).await?);
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

/// Returns how long each session check took, the shortest first.
async fn time(browser: &HttpBrowser) -> Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(CHECKS);
    for _ in 0..CHECKS {
        let began = Instant::now();
        let answer = browser.get(API_SESSION).await;
        times.push(began.elapsed());
        ensure!(answer.status == 200, "{}", answer.body);
    }
    times.sort_unstable();
    Ok(times)
}

fn show(when: &str, times: &[Duration]) {
    let at = |percent: usize| times[times.len() * percent / 100];
    println!(
        "session check, {when}: p50 {:.2?}, p99 {:.2?}",
        at(50),
        at(99)
    );
}
