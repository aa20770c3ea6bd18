//! `cargo xtask bench growth`: what costs more the more accounts there are.
//!
//! Each size has a database of its own, made by `seed.rs`. The processor's time of the server says most
//! on a machine that others use too; what PostgreSQL does is only in the time until the answer.

mod asked;
mod sweep;
mod upkeep;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use shared::routes::{API_AUDIT, API_SESSION, API_USERS};
use tests::database::{Database, DatabaseKind};
use tests::server::Server;
use tokio::time::sleep;

use super::machine::{Bench, ONE_THREAD, median, pin, say, setting};
use super::seed;
use super::visitor::LOGIN;
use asked::{Asked, HOST, Line, SECONDS, line};

/// How many accounts there are, unless `BENCH_SIZES` says otherwise.
const SIZES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// How many different sessions are checked in a row.
const SESSIONS: u64 = 800;
/// How often, each time after everything that is remembered was dropped.
const ROUNDS: u64 = 10;
/// How long a use may wait until it is written.
const USES_ARE_WRITTEN: Duration = Duration::from_secs(6);
/// How often each page is asked for.
const PAGES: usize = 15;

/// Measures, and prints a table for each database.
pub(super) async fn run(bench: &Bench) -> Result<()> {
    let sizes = match setting("BENCH_SIZES") {
        Some(sizes) => sizes.split(',').map(str::parse).collect::<Result<_, _>>()?,
        None => SIZES.to_vec(),
    };
    for (name, kind) in [
        ("SQLite", DatabaseKind::Sqlite),
        ("PostgreSQL", DatabaseKind::Postgres),
    ] {
        if setting("BENCH_DATABASE").is_some_and(|wanted| wanted != name) {
            continue;
        }
        let mut columns = Vec::new();
        for &accounts in &sizes {
            let column = measure(bench, kind, accounts).await;
            columns.push(column.with_context(|| format!("{accounts} accounts in {name}"))?);
        }
        print(name, &sizes, &columns)?;
    }
    Ok(())
}

/// Measures one size.
async fn measure(bench: &Bench, kind: DatabaseKind, accounts: u64) -> Result<Vec<Line>> {
    let mut server = Server::prepare(Database::create(kind).await?)?;
    server.set("POSTERN_PUBLIC_URL", LOGIN);
    server.set("POSTERN_LOG", "warn");
    server.set(ONE_THREAD.0, ONE_THREAD.1);
    let now = clock::Clock::System.now();
    let began = Instant::now();
    seed::fill(&server, accounts, now.unix()).await?;
    note(&format!("{accounts} accounts in {:?}", began.elapsed()));
    let mut lines = vec![upkeep::start(&server).await?];
    server.start().await?;
    let id = server.id()?;
    pin(id)?;
    let at = Asked {
        bench,
        address: server.origin().trim_start_matches("http://").to_owned(),
        process: id,
    };
    lines.extend(checks(&at, &server, accounts).await?);
    lines.extend(pages(&at, accounts, now.unix()).await?);
    if kind == DatabaseKind::Sqlite {
        lines.extend(upkeep::backup(&at, &server).await?);
    }
    server.stop().await?;
    lines.extend(sweep::measure(&server, now).await?);
    Ok(lines)
}

/// Measures the session check: of many sessions that were all forgotten, and of one.
async fn checks(at: &Asked<'_>, server: &Server, accounts: u64) -> Result<Vec<Line>> {
    // A prime apart, so that they are spread over the whole table. The last of each ten has expired,
    // and the last of each thousand is disabled. In each round the same, so that their uses, which are
    // noted once in five minutes, are written in the first.
    let numbers = (0..SESSIONS).map(|n| n * 7919 % accounts);
    let live = numbers.map(|number| if number % 10 == 9 { number - 1 } else { number });
    let cookies: Vec<String> = live.map(seed::cookie).collect();
    let mut works = Vec::new();
    for _ in 0..ROUNDS {
        upkeep::forget(server).await?;
        works.push(at.each(API_SESSION, &cookies, 8).await?.0);
        sleep(USES_ARE_WRITTEN).await;
    }
    let cookie = seed::cookie(1);
    let headers = [HOST, &cookie];
    at.bench
        .load(&at.address, API_SESSION, &headers, 1, 0)
        .await?;
    let asked = (&*at.address, API_SESSION, &headers[..]);
    let (_, one) = at.bench.busy(at.process, asked, SECONDS).await?;
    let many = median(works)?;
    Ok(vec![
        line(
            "session check, read from the database",
            format!("{many:.0} µs"),
        ),
        line("session check, remembered", format!("{one:.1} µs")),
    ])
}

/// Measures the pages of an admin.
async fn pages(at: &Asked<'_>, accounts: u64, now: i64) -> Result<Vec<Line>> {
    let (middle, last) = (accounts / 2, accounts - 2);
    let later = format!(
        "{API_AUDIT}?before={}",
        uuid::Uuid::from_u128(
            (u128::from(u64::try_from(now)? * 1000 + accounts) << 80)
                | (0x7004_8000 << 48)
                | u128::from(accounts)
        )
    );
    let asked = [
        ("users", API_USERS.to_owned()),
        (
            "users, a later page",
            format!("{API_USERS}?after=user{middle}"),
        ),
        (
            "users, a search with one hit",
            format!("{API_USERS}?search=user{last}%40"),
        ),
        (
            "users, a search without a hit",
            format!("{API_USERS}?search=nobody"),
        ),
        (
            "users, a search that everybody matches",
            format!("{API_USERS}?search=person"),
        ),
        (
            "users, two letters that nobody has",
            format!("{API_USERS}?search=qx"),
        ),
        ("users, admins", format!("{API_USERS}?role=admin")),
        ("users, disabled", format!("{API_USERS}?status=disabled")),
        ("activity", API_AUDIT.to_owned()),
        ("activity, a later page", later),
        (
            "activity, of a kind",
            format!("{API_AUDIT}?kind=login_failed"),
        ),
        (
            "activity, of a kind that is not there",
            format!("{API_AUDIT}?kind=role_changed"),
        ),
        (
            "activity, of one account",
            format!("{API_AUDIT}?account=user{middle}"),
        ),
        (
            "activity, by reference",
            format!("{API_AUDIT}?ref=login{middle}"),
        ),
    ];
    let cookies = vec![seed::cookie(0); PAGES];
    let mut lines = Vec::new();
    for (what, path) in asked {
        at.each(&path, &cookies[..2], 1).await.context(what)?;
        let (work, took) = at.each(&path, &cookies, 1).await.context(what)?;
        #[expect(clippy::cast_precision_loss, reason = "some thousand")]
        let took = took as f64 / 1e3;
        let work = work / 1e3;
        lines.push(line(what, format!("{took:.1} ms ({work:.1})")));
    }
    Ok(lines)
}

#[expect(clippy::print_stderr, reason = "what it does at the moment")]
fn note(what: &str) {
    eprintln!("      {what}");
}

fn print(name: &str, sizes: &[u64], columns: &[Vec<Line>]) -> Result<()> {
    say(&format!("\n### Growth on {name}\n"))?;
    let sizes: Vec<String> = sizes.iter().map(u64::to_string).collect();
    say(&format!("| accounts | {} |", sizes.join(" | ")))?;
    say(&format!("|---|{}", "---|".repeat(sizes.len())))?;
    for (place, (what, _)) in columns.first().into_iter().flatten().enumerate() {
        let values = columns.iter().filter_map(|column| column.get(place));
        let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
        say(&format!("| {what} | {} |", values.join(" | ")))?;
    }
    Ok(())
}
