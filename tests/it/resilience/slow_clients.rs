//! Clients that keep the server waiting: they lose their connections, and nobody else notices.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use shared::routes::{API_LOGIN, API_SESSION};
use tests::database::Database;
use tests::http_browser::HttpBrowser;
use tests::poll;
use tests::server::Server;
use tests::site::PASSWORD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::resilience::{PROMPT, add, logged_in, sqlite};

/// Between two bytes of a client that sends one by one.
const DRIP: Duration = Duration::from_secs(3);
/// Files of the test itself.
const OWN_FILES: u64 = 500;

/// How a client keeps its connection busy.
#[derive(Debug, Clone, Copy)]
enum Habit {
    /// Says nothing.
    Silent,
    /// Sends a head that never ends.
    Head,
    /// Sends a body that never ends.
    Body,
    /// Asks for pages and does not read them.
    Deaf,
}

impl Habit {
    /// Returns the habit of the nth in a crowd. The deaf are few: it is asking that makes work, not
    /// being deaf.
    fn of(n: usize) -> Self {
        match n % 3 {
            _ if n.is_multiple_of(100) => Self::Deaf,
            0 => Self::Silent,
            1 => Self::Head,
            _ => Self::Body,
        }
    }
}

/// Opens a connection and keeps it busy until the server closes it; returns how long that took.
async fn dawdle(origin: String, habit: Habit) -> Result<Duration> {
    let begin = Instant::now();
    let socket = TcpSocket::new_v4()?;
    // Little fits in, so that the deaf are soon heard of.
    socket.set_recv_buffer_size(4096)?;
    let address = origin.trim_start_matches("http://").parse()?;
    let mut stream = socket.connect(address).await?;
    let body = format!(
        "POST {API_LOGIN} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: 9000\r\n\r\n"
    );
    let first = match habit {
        Habit::Silent => String::new(),
        Habit::Head => "GET / HTTP/1.1\r\nx-slow: ".to_owned(),
        Habit::Body => body,
        Habit::Deaf => "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".repeat(60),
    };
    // An error here and below means that the server has had enough.
    let _ = timeout(DRIP, stream.write_all(first.as_bytes())).await;
    loop {
        match habit {
            Habit::Silent => {
                let _ = stream.read(&mut [0; 16]).await;
                return Ok(begin.elapsed());
            }
            Habit::Deaf => {
                sleep(DRIP).await;
                if stream.take_error()?.is_some()
                    || stream.try_write(b"x").is_err_and(|error| is_fatal(&error))
                {
                    return Ok(begin.elapsed());
                }
            }
            Habit::Head | Habit::Body => {
                if let Ok(Ok(0) | Err(_)) = timeout(DRIP, stream.read(&mut [0; 16])).await {
                    return Ok(begin.elapsed());
                }
                if stream.write_all(b"x").await.is_err() {
                    return Ok(begin.elapsed());
                }
            }
        }
    }
}

fn is_fatal(error: &std::io::Error) -> bool {
    error.kind() != std::io::ErrorKind::WouldBlock
}

/// Asks who is logged in, and returns how long the answer took. As browsers do, asks once more
/// where a connection that was kept was closed just as the request went out (RFC 9110 §9.2.2).
async fn ask(browser: &HttpBrowser) -> Result<Duration> {
    let begin = Instant::now();
    let get = || browser.try_send(browser.call(Method::GET, API_SESSION));
    let ask = async {
        match get().await {
            Ok(answer) => Ok(answer),
            Err(_) => get().await,
        }
    };
    let answer = timeout(PROMPT, ask).await;
    let answer = answer.context("GET /api/session hangs")??;
    ensure!(answer.status == 200, "{}: {}", answer.status, answer.body);
    Ok(begin.elapsed())
}

/// Returns the median and the longest of so many.
async fn ask_often(browser: &HttpBrowser, times: usize) -> Result<(Duration, Duration)> {
    let mut took = Vec::new();
    for _ in 0..times {
        took.push(ask(browser).await?);
    }
    took.sort_unstable();
    Ok((took[times / 2], took[times - 1]))
}

/// Returns how many connections this process may hold, up to `wanted`.
fn affordable(wanted: u64) -> usize {
    let limits = getrlimit(Resource::Nofile);
    let raised = limits.maximum.unwrap_or(u64::MAX).min(wanted + OWN_FILES);
    let current = limits.current.unwrap_or(u64::MAX);
    let asked = Rlimit {
        current: Some(raised.max(current)),
        ..limits
    };
    let _ = setrlimit(Resource::Nofile, asked);
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let count = files.saturating_sub(OWN_FILES).min(wanted);
    if count < wanted {
        eprintln!("{count} instead of {wanted}: this process may open no more than {files} files");
    }
    usize::try_from(count).expect("a small number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn ten_thousand_slow_clients_leave_the_others_alone() -> Result<()> {
    let mut server = Server::prepare(Database::Sqlite)?;
    add(&sqlite(&server), "alice").await?;
    server.start().await?;
    let alice = logged_in(&server, "alice").await;
    let idle = ask_often(&alice, 50).await?;

    let count = affordable(10_000);
    // On threads of their own: it is the server that is looked at, not this process.
    let crowd = Runtime::new()?;
    for n in 0..count {
        let (origin, habit) = (server.origin().to_owned(), Habit::of(n));
        // They are slow, and not a flood: each comes at its own moment, and again when it was cut
        // off.
        let moment = Duration::from_millis(n as u64 * 13 % 4000);
        crowd.spawn(async move {
            loop {
                sleep(moment).await;
                let _ = dawdle(origin.clone(), habit).await;
            }
        });
    }
    let held = poll::until("the crowd", Duration::from_secs(30), async || {
        let held = std::fs::read_dir(format!("/proc/{}/fd", server.id()?))?.count();
        // Some have just been cut off and have yet to notice.
        Ok((held > count * 3 / 4).then_some(held))
    })
    .await?;
    let busy = ask_often(&alice, 50).await?;
    let begin = Instant::now();
    let again = timeout(PROMPT, logged_in(&server, "alice")).await;
    let again = again.context("a login hangs")?;
    let login = begin.elapsed();
    ask(&again).await?;

    eprintln!("{held} files open; GET /api/session, median and longest of all:");
    eprintln!("idle {idle:?}, beside the crowd {busy:?}; a login there {login:?}");
    crowd.shutdown_background();
    server.stop().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn those_who_keep_the_server_waiting_are_cut_off_and_those_who_pause_are_not() -> Result<()> {
    let mut server = Server::prepare(Database::Sqlite)?;
    add(&sqlite(&server), "alice").await?;
    server.start().await?;
    let address = server.origin().trim_start_matches("http://").to_owned();
    let request = format!("GET {API_SESSION} HTTP/1.1\r\nhost: x\r\n\r\n");
    let mut pausing = TcpStream::connect(&address).await?;
    pausing.write_all(request.as_bytes()).await?;
    let mut answer = [0; 4096];
    ensure!(pausing.read(&mut answer).await? > 0, "no answer");

    let origin = server.origin().to_owned();
    let time = async |habit| {
        let ended = timeout(Duration::from_secs(40), dawdle(origin.clone(), habit)).await;
        ended.with_context(|| format!("{habit:?} is still there"))?
    };
    let (silent, head, body) =
        tokio::try_join!(time(Habit::Silent), time(Habit::Head), time(Habit::Body))?;

    for took in [silent, head, body] {
        ensure!(took > Duration::from_secs(8), "cut off after {took:?}");
    }
    // As a proxy does: the same connection again, long after a head had to be here.
    pausing.write_all(request.as_bytes()).await?;
    let again = timeout(PROMPT, pausing.read(&mut answer)).await??;
    ensure!(again > 0, "who pauses is cut off as well");
    server.stop().await
}

/// The process may open so few files that the connections of the crowd do not fit in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn where_there_is_no_room_those_who_wait_longest_make_some() -> Result<()> {
    let mut server = Server::prepare(Database::Sqlite)?;
    add(&sqlite(&server), "alice").await?;
    server.first("ulimit -n 300");
    server.start().await?;
    let alice = logged_in(&server, "alice").await;

    let mut crowd = JoinSet::new();
    for n in 0..900 {
        let origin = server.origin().to_owned();
        crowd.spawn(dawdle(origin, Habit::of(n)));
        if n % 30 == 0 {
            ask(&alice).await?;
        }
    }
    let again = timeout(PROMPT, logged_in(&server, "alice")).await?;
    ask(&again).await?;

    let says = "there is no room for more connections";
    ensure!(server.log().contains(says), "{}", server.log());
    ensure!(server.log().matches(says).count() == 1, "it says so often");
    let cut = timeout(PROMPT, crowd.join_next()).await?;
    ensure!(cut.is_some(), "nobody was cut off");
    crowd.shutdown().await;
    server.stop().await
}

/// The password is right: what the crowd does must not cost a user the login either.
#[tokio::test]
async fn login_whose_body_comes_in_two_pieces_works() -> Result<()> {
    let site = tests::site::Site::start().await;
    site.add(tests::site::user("alice").await).await;
    let body = format!("{{\"username\":\"alice\",\"password\":\"{PASSWORD}\"}}");
    let mut stream = TcpStream::connect(site.origin().trim_start_matches("http://")).await?;
    let head = format!(
        "POST {API_LOGIN} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    let (first, second) = body.split_at(body.len() / 2);
    stream.write_all(first.as_bytes()).await?;
    sleep(Duration::from_millis(50)).await;

    stream.write_all(second.as_bytes()).await?;

    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    Ok(())
}
