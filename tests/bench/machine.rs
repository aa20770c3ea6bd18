//! Starts what is measured and what asks it, each on its core, and reads how long a process worked.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::Sub;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tests::places::free_port;
use tests::poll::{self, PATIENCE};
use tokio::net::TcpStream;

/// How many connections ask at once.
const CONNECTIONS: u32 = 64;
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
    /// Where what asks is also the application, for those that pass requests on.
    pub(super) application: String,
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
        let connections = CONNECTIONS.to_string();
        let (seconds, rate) = (seconds.to_string(), rate.to_string());
        let application = self.application.as_str();
        let words = [
            "load",
            address,
            path,
            &connections,
            &seconds,
            &rate,
            application,
        ];
        self.ask(&words, headers).await
    }

    /// Asks for so many seconds as fast as answers come. Returns the answers a second, and microseconds of
    /// the processor for each: of this process and its children.
    pub(super) async fn busy(
        &self,
        process: u32,
        (address, path, headers): (&str, &str, &[&str]),
        seconds: u64,
    ) -> Result<(u64, f64)> {
        let before = worked_with_children(process)?;
        let (rate, ..) = self.load(address, path, headers, seconds, 0).await?;
        let worked = worked_with_children(process)? - before;
        #[expect(clippy::cast_precision_loss, reason = "some thousand")]
        let work = worked.as_secs_f64() * 1e6 / (rate * seconds) as f64;
        Ok((rate, work))
    }

    /// Asks once with each line of a file as a header, over so many connections. Returns how many
    /// answers there were, and the median and the slowest hundredth as [`Bench::load`] does.
    pub(super) async fn each(
        &self,
        address: &str,
        path: &str,
        file: &str,
        connections: u32,
        headers: &[&str],
    ) -> Result<(u64, u64, u64)> {
        let connections = connections.to_string();
        self.ask(&["each", address, path, file, &connections], headers)
            .await
    }

    async fn ask(&self, words: &[&str], headers: &[&str]) -> Result<(u64, u64, u64)> {
        let output = tokio::process::Command::new("taskset")
            .args(["-c", REST])
            .arg(&self.peers)
            .args(words)
            .args(headers)
            .output()
            .await?;
        let (said, error) = (output.stdout, String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "{words:?}: {error}");
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

/// How long each thread has worked.
pub(super) struct Worked(BTreeMap<String, Duration>);

impl Worked {
    /// Returns the sum.
    pub(super) fn total(&self) -> Duration {
        self.0.values().sum()
    }
}

/// What was done since. A thread that has ended meanwhile is left out.
impl Sub for Worked {
    type Output = Duration;

    fn sub(self, before: Self) -> Duration {
        let since = self.0.into_iter().map(|(thread, worked)| {
            worked.saturating_sub(before.0.get(&thread).copied().unwrap_or_default())
        });
        since.sum()
    }
}

/// Returns how long the threads of a process have worked.
pub(super) fn worked(process: u32) -> Result<Worked> {
    let mut threads = BTreeMap::new();
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let thread = thread?;
        // One that has just ended has no file.
        let Ok(stat) = std::fs::read_to_string(thread.path().join("schedstat")) else {
            continue;
        };
        let first = stat.split_whitespace().next().context("no time")?;
        let worked = Duration::from_nanos(first.parse()?);
        let number = thread.file_name().to_string_lossy().into_owned();
        threads.insert(number, worked);
    }
    Ok(Worked(threads))
}

/// Returns the same of a process and all its children.
pub(super) fn worked_with_children(process: u32) -> Result<Worked> {
    let mut all = worked(process)?;
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let children = std::fs::read_to_string(thread?.path().join("children"));
        for child in children.unwrap_or_default().split_whitespace() {
            all.0.append(&mut worked_with_children(child.parse()?)?.0);
        }
    }
    Ok(all)
}

/// Returns the one in the middle.
pub(super) fn median(mut values: Vec<f64>) -> Result<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.get(values.len() / 2);
    middle.copied().context("nothing was measured")
}

/// Prints a line of a table, and adds it to the file that collects them, if there is one.
#[expect(clippy::print_stdout, reason = "the table is what it is for")]
pub(super) fn say(line: &str) -> Result<()> {
    println!("{line}");
    if let Some(file) = std::env::var_os("BENCH_TABLES") {
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(file)?;
        writeln!(file, "{line}")?;
    }
    Ok(())
}

/// Says what was measured on what: nothing compares without that.
pub(super) fn introduce() -> Result<()> {
    if let Some(file) = std::env::var_os("BENCH_TABLES") {
        std::fs::write(file, "")?;
    }
    let cpu = std::fs::read_to_string("/proc/cpuinfo")?;
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model
        .unwrap_or_default()
        .trim_start_matches([' ', '\t', ':']);
    let cores = std::thread::available_parallelism()?;
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().unwrap_or_default();
    say(&format!(
        "{cores} cores of {model}, Linux {}; {load} programs wanted a core in the minute before. Times \
         are the processor's, of the process that is measured, unless it says otherwise.",
        kernel.trim()
    ))
}

/// Returns what `cargo xtask bench` sets.
pub(super) fn setting(name: &str) -> Option<String> {
    std::env::var_os(name)?.into_string().ok()
}
