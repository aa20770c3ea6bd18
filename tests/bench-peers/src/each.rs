//! Asks once with each line of a file as a header, so that every request is another visitor's.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::load;

/// Asks over so many connections, and prints how many answers there were, and how many microseconds the
/// median and the slowest hundredth took.
pub(crate) async fn run(
    address: SocketAddr,
    path: &str,
    file: &str,
    connections: usize,
    headers: &[&str],
) -> Result<()> {
    let mut head = format!("GET {path} HTTP/1.1\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    let lines: Arc<[String]> = std::fs::read_to_string(file)?
        .lines()
        .map(|line| format!("{head}{line}\r\n\r\n"))
        .collect();
    let mut tasks = JoinSet::new();
    for place in 0..connections {
        let lines = Arc::clone(&lines);
        tasks.spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let mut buffer = Vec::with_capacity(8192);
            let mut took: Vec<Duration> = Vec::new();
            for line in lines.iter().skip(place).step_by(connections) {
                let asked = Instant::now();
                load::exchange(&mut stream, line, &mut buffer).await?;
                took.push(asked.elapsed());
            }
            anyhow::Ok(took)
        });
    }
    let mut all = Vec::new();
    while let Some(took) = tasks.join_next().await {
        all.extend(took??);
    }
    load::print(all.len() as u64, all);
    Ok(())
}
