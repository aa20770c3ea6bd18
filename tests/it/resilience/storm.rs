//! Hundreds of logins at once: each is answered soon, and everything else goes on.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use serde_json::json;
use shared::routes::{API_LOGIN, API_SESSION};
use tests::site::{PASSWORD, Site, user};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::resilience::PROMPT;

/// More than the server lets wait.
const LOGINS: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes long; cargo xtask test runs it"]
async fn storm_of_logins_leaves_sessions_alone_and_turns_away_who_would_wait_long() -> Result<()> {
    // A proxy that is believed, so that each login comes from an address of its own.
    let site = Site::with(&[("POSTERN_TRUSTED_PROXIES", "127.0.0.1/32")]).await;
    site.add(user("alice").await).await;
    let alice = site.logged_in("alice").await;

    let strangers = Arc::new(site.browser());
    let mut storm = JoinSet::new();
    for n in 0..LOGINS {
        let strangers = Arc::clone(&strangers);
        storm.spawn(async move {
            let body = json!({"username": format!("user{n}"), "password": PASSWORD});
            let login = strangers
                .call(Method::POST, API_LOGIN)
                .header(CONTENT_TYPE, "application/json")
                .header("x-forwarded-for", format!("10.1.{}.{}", n / 250, n % 250))
                .body(body.to_string());
            strangers.send(login).await
        });
    }
    // Who has logged in here before is let in meanwhile.
    let first = storm.join_next().await.context("a login")??;
    let begin = Instant::now();
    let again = timeout(PROMPT, alice.log_in("alice", PASSWORD)).await?;
    ensure!(again.status == 200, "during the storm: {}", again.body);
    eprintln!(
        "a login of a known browser during the storm: {:?}",
        begin.elapsed()
    );
    let mut took = Vec::new();
    let mut answers = vec![first];
    while answers.len() < LOGINS {
        let begin = Instant::now();
        let session = timeout(PROMPT, alice.get(API_SESSION)).await;
        let session = session.context("GET /api/session hangs")?;
        ensure!(session.status == 200, "{}", session.body);
        took.push(begin.elapsed());
        while let Some(answer) = storm.try_join_next() {
            answers.push(answer?);
        }
    }

    took.sort_unstable();
    eprintln!(
        "GET /api/session {} times during the storm: median {:?}, longest {:?}",
        took.len(),
        took[took.len() / 2],
        took[took.len() - 1]
    );
    ensure!(took.len() > 20, "sessions waited for the storm to end");
    let (refused, away): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.code() == "invalid_credentials");
    ensure!(
        !refused.is_empty() && !away.is_empty(),
        "of {LOGINS}, {} were looked at",
        refused.len()
    );
    for answer in away {
        ensure!(
            answer.status == StatusCode::TOO_MANY_REQUESTS,
            "{}",
            answer.body
        );
        ensure!(answer.code() == "rate_limited", "{}", answer.body);
        let wait: u64 = answer.header("retry-after").parse()?;
        ensure!((1..60).contains(&wait), "{wait} seconds");
    }
    let after = timeout(Duration::from_secs(20), site.logged_in("alice")).await;
    after.context("no login after the storm")?;
    Ok(())
}
