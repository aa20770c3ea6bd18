//! `cargo xtask bench door`, `session` and `growth`: what the door and the session check cost, against
//! programs that do less, and what costs more with more accounts.
//!
//! The program that is measured has one core; what asks it, and what it asks, have another. So on a
//! machine that is busy with other things, the processor's time for each request says more than
//! requests per second do.

#[path = "../it/door/visitor.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    reason = "tests do more with it, and may panic"
)]
mod visitor;
#[path = "../it/door/program.rs"]
mod program;
mod door;
mod growth;
mod machine;
mod memory;
mod peers;
mod seed;
mod session;
mod subject;

use anyhow::Result;
use tempfile::TempDir;
use tests::places::program;

use machine::Bench;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let peers = program(
        "BENCH_PEERS_BIN",
        "target/release/bench-peers",
        "cargo xtask bench door",
    )?;
    let folder = TempDir::new()?;
    let bench = Bench {
        peers,
        folder,
        application: machine::address()?,
    };
    machine::introduce()?;
    let sections = machine::setting("BENCH_SECTIONS").unwrap_or_else(|| "door".to_owned());
    for section in sections.split(',') {
        match section {
            "session" => session::run(&bench).await?,
            "peers" => peers::run(&bench).await?,
            "growth" => growth::run(&bench).await?,
            "memory" => memory::run(&bench).await?,
            _ => door::run(&bench).await?,
        }
    }
    Ok(())
}
