//! What the session check costs, beside a bare handler of axum that answers with the same bytes.

use anyhow::{Context as _, Result};
use shared::routes::{API_SESSION, API_VERIFY};

use super::machine::{Bench, MEASURED, ONE_THREAD, address, listening, pin, say};
use super::program;
use super::subject::{Subject, interleave};
use super::visitor::{CHAT, LOGIN};

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
    let host = "Host: login.example.test";
    let axum = [host, &*own];
    let asked = [
        host,
        "X-Forwarded-Host: chat.example.test",
        "X-Forwarded-Uri: /",
        "X-Forwarded-Proto: http",
        &at_chat,
    ];
    let mut subjects = [
        Subject::new("bare axum handler", &bare, "/", &axum, handler.0.id()),
        Subject::new(
            "`/healthz`: no session",
            &origin,
            "/healthz",
            &axum[..1],
            id,
        ),
        Subject::new("`/api/session`", &origin, API_SESSION, &axum, id),
        Subject::new("`/api/verify`", &origin, API_VERIFY, &asked, id),
    ];
    interleave(bench, &mut subjects).await?;
    print(&subjects)?;
    drop(handler);
    server.stop().await
}

fn print(subjects: &[Subject]) -> Result<()> {
    let bare = subjects.first().context("no bare handler")?;
    say("\n### The session check\n")?;
    say("| what | requests/s | processor/request | of bare axum |")?;
    say("|---|---|---|---|")?;
    for subject in subjects {
        let (what, rate, work) = (&subject.what, subject.rate()?, subject.work()?);
        let part = subject.part(bare)?;
        say(&format!(
            "| {what} | {rate:.0} | {work:.1} µs | {part:.2} |"
        ))?;
    }
    Ok(())
}
