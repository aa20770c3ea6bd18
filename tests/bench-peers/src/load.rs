//! Asks again and again, over connections that stay open.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// How to ask.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// Whom.
    pub(crate) address: SocketAddr,
    /// Over how many connections.
    pub(crate) connections: u32,
    /// For how long.
    pub(crate) seconds: u64,
    /// How many times a second, all connections together; 0 is as often as answers come.
    pub(crate) rate: u32,
}

/// Asks, and prints requests a second, and how many microseconds the median and the slowest
/// hundredth took.
pub(crate) async fn run(plan: Plan, path: &str, headers: &[&str]) -> Result<()> {
    let mut request = format!("GET {path} HTTP/1.1\r\n");
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    if plan.rate == 0 {
        tokio::spawn(stay_awake());
    }
    let start = Instant::now();
    let end = start + Duration::from_secs(plan.seconds);
    let mut tasks = JoinSet::new();
    for place in 0..plan.connections {
        tasks.spawn(ask(plan, place, request.clone(), start, end));
    }
    let mut all = Vec::new();
    while let Some(took) = tasks.join_next().await {
        all.extend(took??);
    }
    print(all.len() as u64 / plan.seconds, all);
    Ok(())
}

/// Keeps this core from sleeping. To wake another core costs whoever writes to it several microseconds
/// on a virtual machine, and the slower a program is, the more often it would find this one asleep.
async fn stay_awake() {
    loop {
        tokio::task::yield_now().await;
    }
}

/// Prints a number of answers, and how many microseconds the median and the slowest hundredth took.
pub(crate) fn print(answers: u64, mut all: Vec<Duration>) {
    all.sort_unstable();
    let at = |part: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a list"
        )]
        let place = (all.len() as f64 * part) as usize;
        all.get(place).copied().unwrap_or_default().as_micros()
    };
    #[expect(clippy::print_stdout, reason = "its answer")]
    {
        println!("{answers} {} {}", at(0.5), at(0.99));
    }
}

/// Asks over one connection; returns how long each answer took.
async fn ask(
    plan: Plan,
    place: u32,
    request: String,
    start: Instant,
    end: Instant,
) -> Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(plan.address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(8192);
    let mut took = Vec::new();
    let pause = (plan.rate > 0).then(|| Duration::from_secs(1) * plan.connections / plan.rate);
    let mut next = start + pause.unwrap_or_default() * place / plan.connections;
    loop {
        if let Some(pause) = pause {
            sleep_until(next).await;
            next += pause;
        }
        let asked = Instant::now();
        if asked >= end {
            return Ok(took);
        }
        exchange(&mut stream, &request, &mut buffer).await?;
        took.push(asked.elapsed());
    }
}

/// Asks once, and reads the answer, which must be a good one.
pub(crate) async fn exchange(
    stream: &mut TcpStream,
    request: &str,
    buffer: &mut Vec<u8>,
) -> Result<()> {
    stream.write_all(request.as_bytes()).await?;
    read_answer(stream, buffer).await
}

async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<()> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the connection was closed");
        }
        let Some(head) = buffer.windows(4).position(|at| at == b"\r\n\r\n") else {
            continue;
        };
        let text = std::str::from_utf8(&buffer[..head])?.to_ascii_lowercase();
        if !text.starts_with("http/1.1 200") {
            bail!("{text}");
        }
        let length = text.split("content-length: ").nth(1);
        let length = length.and_then(|rest| rest.lines().next());
        let length: usize = length.context("no length")?.trim().parse()?;
        while buffer.len() < head + 4 + length {
            if stream.read_buf(buffer).await? == 0 {
                bail!("the connection was closed");
            }
        }
        return Ok(());
    }
}
