//! Starts what is measured and what asks it, each on its core, and reads how long a process worked.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tests::places::free_port;
use tests::poll::{self, PATIENCE};
use tokio::net::TcpStream;

/// How many connections ask at once.
const CONNECTIONS: u32 = 64;
/// For how long each is asked.
pub(super) const SECONDS: u64 = 8;
/// The core of what is measured.
pub(super) const MEASURED: &str = "0";
/// As many threads as a server starts that finds one core; it is given that only once it runs.
pub(super) const ONE_THREAD: (&str, &str) = ("TOKIO_WORKER_THREADS", "1");
/// The core of everything else.
pub(super) const REST: &str = "1";

/// A program that ends with this value.
pub(super) struct Running(pub(super) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where everything is.
pub(super) struct Bench {
    pub(super) peers: PathBuf,
    pub(super) folder: TempDir,
    pub(super) upstream: String,
    /// The upstream runs on both cores' behalf: once it is measured itself, then it only answers.
    pub(super) upstreams: Vec<Running>,
}

impl Bench {
    /// Starts one of the programs beside this one.
    pub(super) fn start(&self, core: &str, words: &[&str]) -> Result<Running> {
        let child = Command::new("taskset")
            .args(["-c", core])
            .arg(&self.peers)
            .args(words)
            .spawn()
            .context("taskset")?;
        Ok(Running(child))
    }

    /// Asks for so many seconds: as fast as answers come, or so often a second. Returns the answers a
    /// second, and the median and the slowest hundredth of how long one took, in microseconds.
    pub(super) async fn load(
        &self,
        address: &str,
        path: &str,
        headers: &[&str],
        seconds: u64,
        rate: u32,
    ) -> Result<(u64, u64, u64)> {
        let output = tokio::process::Command::new("taskset")
            .args(["-c", REST])
            .arg(&self.peers)
            .args(["load", address, path])
            .args([
                CONNECTIONS.to_string(),
                seconds.to_string(),
                rate.to_string(),
            ])
            .args(headers)
            .output()
            .await?;
        let (said, error) = (output.stdout, String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "{address}{path}: {error}");
        let said = String::from_utf8(said)?;
        let mut numbers = said.split_whitespace().map(str::parse);
        let mut next = || numbers.next().context("a number");
        Ok((next()??, next()??, next()??))
    }
}

/// Returns an address where nobody listens.
pub(super) fn address() -> Result<String> {
    Ok(format!("127.0.0.1:{}", free_port()?))
}

/// Waits until somebody listens there.
pub(super) async fn listening(address: &str) -> Result<()> {
    let what = format!("somebody to listen at {address}");
    let look = async || Ok(TcpStream::connect(address).await.ok());
    poll::until(&what, PATIENCE, look).await.map(drop)
}

/// Leaves a running process one core.
pub(super) fn pin(process: u32) -> Result<()> {
    let status = Command::new("taskset")
        .args(["-a", "-c", "-p", MEASURED, &process.to_string()])
        .stdout(Stdio::null())
        .status()?;
    ensure!(status.success(), "taskset");
    Ok(())
}

/// Returns how long a process has worked, in hundredths of a second.
pub(super) fn ticks(process: u32) -> Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = stat.rsplit_once(") ").context("no name")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    Ok(fields[11].parse::<u64>()? + fields[12].parse::<u64>()?)
}
