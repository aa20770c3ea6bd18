//! What the session check costs, beside a bare handler of axum that answers with the same bytes.
//!
//! Rounds are interleaved, and of each program the median counts: what else the machine does then
//! meets all of them.

use anyhow::{Context as _, Result};
use shared::routes::{API_SESSION, API_VERIFY};

use super::machine::{Bench, MEASURED, ONE_THREAD, SECONDS, address, listening, pin, say, ticks};
use super::program;
use super::visitor::{CHAT, LOGIN};

/// How often each is measured.
const ROUNDS: usize = 3;

/// One that is measured.
struct Peer {
    what: &'static str,
    address: String,
    path: &'static str,
    headers: Vec<String>,
    process: u32,
    /// Answers a second, and microseconds of the processor for each, in each round.
    rounds: Vec<(u64, f64)>,
}

impl Peer {
    /// Returns the medians.
    fn medians(&self) -> Option<(u64, f64)> {
        let mut rates: Vec<u64> = self.rounds.iter().map(|round| round.0).collect();
        let mut works: Vec<f64> = self.rounds.iter().map(|round| round.1).collect();
        rates.sort_unstable();
        works.sort_unstable_by(f64::total_cmp);
        let middle = self.rounds.len() / 2;
        Some((*rates.get(middle)?, *works.get(middle)?))
    }
}

/// Measures, and prints a table.
pub(super) async fn run(bench: &Bench) -> Result<()> {
    // Nothing is passed on: only the way in is walked before.
    let nowhere = "http://127.0.0.1:9";
    let (mut server, mut alice) = program::with_alice(&[
        ("POSTERN_APP_WIKI_UPSTREAM", nowhere),
        ("POSTERN_APP_CHAT_URL", CHAT),
        ("POSTERN_APP_CHAT_UPSTREAM", nowhere),
        ("POSTERN_TRUSTED_PROXIES", "127.0.0.1/32"),
        ("POSTERN_LOG", "warn"),
        ONE_THREAD,
    ])
    .await?;
    alice.enter(CHAT).await;
    let id = server.id()?;
    pin(id)?;
    let origin = server.origin().trim_start_matches("http://").to_owned();
    let token = alice.cookie(LOGIN, "postern_session");
    let own = format!("Cookie: postern_session={}", token.context("a session")?);
    let at_chat = alice.cookie_line(CHAT).trim_end().to_owned();
    let bare = address()?;
    let handler = bench.start(MEASURED, &["handler", &bare])?;
    listening(&bare).await?;
    let host = "Host: login.example.test".to_owned();
    let peer = |what, path, headers| Peer {
        what,
        address: origin.clone(),
        path,
        headers,
        process: id,
        rounds: Vec::new(),
    };
    let mut peers = [
        Peer {
            address: bare.clone(),
            process: handler.0.id(),
            ..peer("bare axum handler", "/", vec![host.clone(), own.clone()])
        },
        peer("`/healthz`: no session", "/healthz", vec![host.clone()]),
        peer(
            "`/api/session`",
            API_SESSION,
            vec![host.clone(), own.clone()],
        ),
        peer(
            "`/api/verify`",
            API_VERIFY,
            vec![
                host.clone(),
                "X-Forwarded-Host: chat.example.test".to_owned(),
                "X-Forwarded-Uri: /".to_owned(),
                "X-Forwarded-Proto: http".to_owned(),
                at_chat,
            ],
        ),
    ];
    for _ in 0..ROUNDS {
        for peer in &mut peers {
            round(bench, peer).await?;
        }
    }
    print(&peers)?;
    drop(handler);
    server.stop().await
}

async fn round(bench: &Bench, peer: &mut Peer) -> Result<()> {
    let headers: Vec<&str> = peer.headers.iter().map(String::as_str).collect();
    bench.load(&peer.address, peer.path, &headers, 1, 0).await?;
    let before = ticks(peer.process)?;
    let (rate, ..) = bench
        .load(&peer.address, peer.path, &headers, SECONDS, 0)
        .await?;
    let worked = ticks(peer.process)? - before;
    #[expect(clippy::cast_precision_loss, reason = "some thousand")]
    let work = worked as f64 * 10_000.0 / (rate * SECONDS) as f64;
    peer.rounds.push((rate, work));
    Ok(())
}

fn print(peers: &[Peer]) -> Result<()> {
    let bare = peers.first().and_then(Peer::medians);
    let (_, bare) = bare.context("nothing was measured")?;
    say("\n### The session check\n")?;
    say("| what | requests/s | processor/request | of bare axum |")?;
    say("|---|---|---|---|")?;
    for peer in peers {
        let (rate, work) = peer.medians().context("nothing was measured")?;
        let part = bare / work;
        let what = peer.what;
        say(&format!("| {what} | {rate} | {work:.1} µs | {part:.2} |"))?;
    }
    Ok(())
}
