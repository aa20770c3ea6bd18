//! `cargo xtask bench peers`: a session check and a login, beside what people use instead.
//!
//! Each is a client of one demo OP, and has one core. Rounds are interleaved, and of each the median
//! counts. The processor's time is that of the process with all its children.

mod programs;

use anyhow::{Context as _, Result, ensure};
use demo_op::{Op, Settings};
use shared::routes::{API_LOGIN_OPENID, API_SESSION};
use tests::database::Database;
use tests::http_browser::HttpBrowser;
use tests::server::Server;

use super::machine::{Bench, ONE_THREAD, median, pin, say, worked_with_children};
use programs::{Place, Program, Registered};

/// How often each is measured.
const ROUNDS: usize = 3;
/// How many logins a round has.
const LOGINS: usize = 40;
/// For how many seconds sessions are checked in a round.
const SECONDS: u64 = 4;

/// One that is measured.
struct Peer {
    program: Program,
    /// Microseconds of the processor for a check and for a login, in each round.
    rounds: Vec<(f64, f64)>,
}

impl From<Program> for Peer {
    fn from(program: Program) -> Self {
        let rounds = Vec::new();
        Self { program, rounds }
    }
}

/// Measures, and prints a table.
pub(super) async fn run(bench: &Bench) -> Result<()> {
    let op = Op::start(Settings::demo()).await?;
    let mut server = Server::prepare(Database::Sqlite)?;
    server.use_op_here(&op);
    server.set("POSTERN_LOG", "warn");
    server.set(ONE_THREAD.0, ONE_THREAD.1);
    server.start().await?;
    pin(server.id()?)?;
    let origin = server.origin().to_owned();
    let postern = Program {
        what: format!("Postern {}", env!("CARGO_PKG_VERSION")),
        place: Place::at(&origin)?,
        login: API_LOGIN_OPENID,
        check: API_SESSION,
        process: server.id()?,
        running: None,
    };
    let mut peers: Vec<Peer> = vec![
        postern.into(),
        programs::apache(bench, Registered::register(&op)?)
            .await?
            .into(),
        programs::starlette(Registered::register(&op)?)
            .await?
            .into(),
        programs::express(Registered::register(&op)?).await?.into(),
    ];
    for _ in 0..ROUNDS {
        for peer in &mut peers {
            round(bench, &op, peer)
                .await
                .with_context(|| peer.program.what.clone())?;
        }
    }
    print(&peers)?;
    server.stop().await
}

async fn round(bench: &Bench, op: &Op, peer: &mut Peer) -> Result<()> {
    let mut cookies = log_in(op, peer).await?;
    let before = worked_with_children(peer.program.process)?;
    for _ in 0..LOGINS {
        cookies = log_in(op, peer).await?;
    }
    let login = worked_with_children(peer.program.process)? - before;
    let address = &peer.program.place.address;
    let headers = [format!("Host: {address}"), format!("Cookie: {cookies}")];
    let headers = [&*headers[0], &*headers[1]];
    bench
        .load(address, peer.program.check, &headers, 1, 0)
        .await?;
    let asked = (&**address, peer.program.check, &headers[..]);
    let (_, check) = bench.busy(peer.program.process, asked, SECONDS).await?;
    #[expect(clippy::cast_precision_loss, reason = "forty")]
    let login = login.as_secs_f64() * 1e6 / LOGINS as f64;
    peer.rounds.push((check, login));
    Ok(())
}

/// Logs in with a new browser; returns its cookies.
async fn log_in(op: &Op, peer: &Peer) -> Result<String> {
    let origin = &peer.program.place.origin;
    let browser = HttpBrowser::new(origin, origin, op.origin());
    let login = browser.log_in_at(peer.program.login, "alice").await;
    let answer = &login.callback;
    ensure!(answer.status.is_redirection(), "{}", answer.body);
    Ok(browser.cookie_header())
}

/// Returns the medians.
fn medians(peer: &Peer) -> Result<(f64, f64)> {
    let middle = |value: fn(&(f64, f64)) -> f64| median(peer.rounds.iter().map(value).collect());
    Ok((middle(|round| round.0)?, middle(|round| round.1)?))
}

fn print(peers: &[Peer]) -> Result<()> {
    say("\n### Beside others\n")?;
    let (check, login) = medians(peers.first().context("no peer")?)?;
    say("| what | session check | of Postern's | a login | of Postern's |")?;
    say("|---|---|---|---|---|")?;
    for peer in peers {
        let (own_check, own_login) = medians(peer)?;
        say(&format!(
            "| {} | {own_check:.0} µs | {:.1} | {:.2} ms | {:.1} |",
            peer.program.what,
            own_check / check,
            own_login / 1e3,
            own_login / login
        ))?;
    }
    Ok(())
}
