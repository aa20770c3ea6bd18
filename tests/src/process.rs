//! A child process with its output in a file, which ends when dropped.

use std::ffi::OsStr;
use std::fs::{File, read_dir, read_to_string};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use tempfile::TempDir;

use crate::poll;

/// How long a program may take to start or to end.
const STARTING: Duration = Duration::from_mins(1);

/// A running program. Dropping it kills it and everything it started, each by its id.
pub struct Process {
    name: String,
    child: Child,
    folder: TempDir,
}

impl Process {
    /// Starts `command`; its standard output and error go to a file of its own.
    ///
    /// # Errors
    /// The program could not be started.
    pub fn start(name: &str, mut command: Command) -> Result<Self> {
        let folder = TempDir::new().context("making a folder for the log")?;
        let log = File::create(folder.path().join("log"))?;
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let child = command.spawn().with_context(|| {
            format!(
                "starting {name} ({})",
                command.get_program().to_string_lossy()
            )
        })?;
        Ok(Self {
            name: name.to_owned(),
            child,
            folder,
        })
    }

    /// Returns all that it has printed so far.
    pub fn log(&self) -> String {
        read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Waits until `probe` says that it serves.
    ///
    /// # Errors
    /// It ended, or is not ready after a minute; the message carries its log.
    pub async fn until_ready(&mut self, probe: impl AsyncFnMut() -> bool) -> Result<()> {
        self.until_ready_within(STARTING, probe).await
    }

    /// The same for a program that needs more than a minute.
    ///
    /// # Errors
    /// It ended, or is not ready by then; the message carries its log.
    pub async fn until_ready_within(
        &mut self,
        patience: Duration,
        mut probe: impl AsyncFnMut() -> bool,
    ) -> Result<()> {
        let ready = poll::until("the start", patience, async || {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(Err(anyhow!("ended with {status}"))));
            }
            Ok(probe().await.then_some(Ok(())))
        });
        let outcome = ready.await.and_then(|inner| inner);
        outcome.with_context(|| format!("{} did not start. Its log:\n{}", self.name, self.log()))
    }

    /// Returns its id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// It has not ended after a minute.
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        let what = format!("{} to end", self.name);
        poll::until(&what, STARTING, async || Ok(self.child.try_wait()?)).await
    }

    /// Ends it without a warning (SIGKILL).
    ///
    /// # Errors
    /// It could not be sent the signal.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends it SIGHUP.
    ///
    /// # Errors
    /// It could not be sent the signal.
    pub fn hang_up(&self) -> Result<()> {
        signal("HUP", &[self.child.id()])
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    ///
    /// # Errors
    /// It has not ended after a minute.
    pub async fn stop(mut self) -> Result<ExitStatus> {
        signal("TERM", &[self.child.id()])?;
        let what = format!("{} to end after SIGTERM", self.name);
        poll::until(&what, STARTING, async || Ok(self.child.try_wait()?)).await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let mut family = descendants(self.child.id());
            family.push(self.child.id());
            // A process that has ended already needs no signal; an error means only that.
            let _ = signal("KILL", &family);
        }
        let _ = self.child.wait();
    }
}

/// Sends a signal to processes that this one started.
fn signal(name: &str, ids: &[u32]) -> Result<()> {
    // The shell's own `kill`: the standard library has only SIGKILL, and `unsafe` is forbidden.
    let ids = ids.iter().map(ToString::to_string);
    let status = Command::new("sh")
        .args([
            "-c",
            "signal=$1; shift; kill -s \"$signal\" \"$@\" 2>/dev/null",
            "sh",
            name,
        ])
        .args(ids)
        .status()?;
    if !status.success() {
        bail!("sending {name} failed");
    }
    Ok(())
}

/// Returns the ids of all processes below `parent`, the youngest generation last.
fn descendants(parent: u32) -> Vec<u32> {
    let pairs: Vec<(u32, u32)> = read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| parent_of(&entry.ok()?.path().join("stat")))
        .collect();
    let mut found = vec![parent];
    let mut next = 0;
    while let Some(&id) = found.get(next) {
        found.extend(pairs.iter().filter(|pair| pair.1 == id).map(|pair| pair.0));
        next += 1;
    }
    found.split_off(1)
}

/// Reads a process's id and its parent's from `/proc/ID/stat`.
fn parent_of(stat: &PathBuf) -> Option<(u32, u32)> {
    let id = stat
        .parent()?
        .file_name()
        .and_then(OsStr::to_str)?
        .parse()
        .ok()?;
    let text = read_to_string(stat).ok()?;
    // The name in parentheses may itself hold spaces and parentheses.
    let after_name = text.rsplit_once(')')?.1;
    Some((id, after_name.split_whitespace().nth(1)?.parse().ok()?))
}
