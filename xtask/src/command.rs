//! Runs other programs to their end, and turns their failures into sentences.
//!
//! Each runs in its own process group without standard input. So Ctrl-C reaches only xtask, which
//! then ends the whole group: cargo and everything that cargo started.

use crate::{place, signals};
use anyhow::{Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long a program may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(8);

/// A program to run, not yet started.
pub(crate) struct Command {
    /// The program as `std` runs it.
    inner: std::process::Command,
    /// The command line for people.
    shown: String,
}

impl Command {
    /// A program, found by `PATH` unless it is a path, to be run in the repository's folder.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let mut inner = std::process::Command::new(program);
        inner
            .current_dir(place::root())
            .stdin(Stdio::null())
            .process_group(0);
        inner.env("PATH", place::path_with_tools());
        let shown = Path::new(program)
            .file_name()
            .unwrap_or(program)
            .display()
            .to_string();
        Self { inner, shown }
    }

    /// Cargo, of the version that runs xtask.
    pub(crate) fn cargo() -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// Adds arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        for argument in arguments {
            self.shown.push(' ');
            self.shown
                .push_str(&place::shown(Path::new(argument.as_ref())));
            self.inner.arg(argument);
        }
        self
    }

    /// Sets the folder, in place of the repository's.
    pub(crate) fn dir(mut self, folder: &Path) -> Self {
        self.inner.current_dir(folder);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.inner.env(name, value);
        self
    }

    /// Sets several environment variables.
    pub(crate) fn envs(mut self, variables: &[(String, OsString)]) -> Self {
        self.inner
            .envs(variables.iter().map(|(name, value)| (name, value)));
        self
    }

    /// Removes Postern's variables from the person's own environment, so that a run depends only on
    /// the repository.
    pub(crate) fn without_postern_settings(mut self) -> Self {
        for (name, _) in std::env::vars_os() {
            if is_postern_setting(&name.to_string_lossy()) {
                self.inner.env_remove(name);
            }
        }
        self
    }

    /// Runs it with its output on the terminal. `what` names the action in the error's sentence:
    /// "building the server".
    pub(crate) fn run(mut self, what: &str) -> Result<()> {
        let mut child = self.spawn()?;
        let status = wait(&mut child)?;
        if status.success() {
            return Ok(());
        }
        bail!(
            "{what} failed: `{}` {}; what it said is above",
            self.shown,
            ending(status)
        )
    }

    /// Runs it with its output in a file, whose end is shown if it fails.
    pub(crate) fn run_into(mut self, log: &Path, what: &str) -> Result<()> {
        let file = create(log)?;
        self.inner.stdout(file.try_clone()?).stderr(file);
        let mut child = self.spawn()?;
        let status = wait(&mut child)?;
        if status.success() {
            return Ok(());
        }
        bail!(
            "{what} failed: `{}` {}\n{}",
            self.shown,
            ending(status),
            last_lines(log)
        )
    }

    /// Runs it and returns its standard output; its errors go into the fault's sentence.
    pub(crate) fn read(mut self, what: &str) -> Result<String> {
        self.inner.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.spawn()?;
        let errors = drain(child.stderr.take());
        let output = drain(child.stdout.take());
        let status = wait(&mut child)?;
        let [output, errors] = [output, errors].map(|thread| thread.join().unwrap_or_default());
        if status.success() {
            return Ok(output);
        }
        bail!(
            "{what} failed: `{}` {}: {}",
            self.shown,
            ending(status),
            errors.trim()
        )
    }

    /// Returns true if it can be run and succeeds; prints nothing.
    pub(crate) fn succeeds(mut self) -> bool {
        self.inner.stdout(Stdio::null()).stderr(Stdio::null());
        self.inner.status().is_ok_and(|status| status.success())
    }

    /// Starts it, for [`crate::service`] to keep.
    pub(crate) fn spawn(&mut self) -> Result<Child> {
        if signals::received() {
            return Err(signals::Stopped.into());
        }
        self.inner.spawn().map_err(|fault| {
            let program = self.inner.get_program().display();
            match fault.kind() {
                std::io::ErrorKind::NotFound => anyhow!("`{program}` is not installed"),
                _ => anyhow!("`{program}` cannot be run: {fault}"),
            }
        })
    }

    /// Sends both outputs to a file.
    pub(crate) fn logged(mut self, log: &Path) -> Result<Self> {
        let file = create(log)?;
        self.inner.stdout(file.try_clone()?).stderr(file);
        Ok(self)
    }
}

/// Appends a sentence to a fault; a stop stays a stop.
pub(crate) fn with_hint<T>(outcome: Result<T>, hint: &str) -> Result<T> {
    outcome.map_err(|fault| {
        if fault.is::<signals::Stopped>() {
            fault
        } else {
            anyhow!("{fault:#}. {hint}")
        }
    })
}

/// Returns true if Postern would read this variable.
fn is_postern_setting(name: &str) -> bool {
    // POSTERN_TOOLS is xtask's own.
    [
        "OIDC_",
        "POSTERN_",
        "SESSION_",
        "DATA_DIR",
        "DATABASE_URL",
        "DISABLE_USERPASS",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
        && name != "POSTERN_TOOLS"
}

/// Waits for a child; a signal ends it and its group.
fn wait(child: &mut Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if signals::received() {
            end(child, Signal::TERM);
            return Err(signals::Stopped.into());
        }
        signals::pause();
    }
}

/// Asks a child's process group to end, waits, and kills it if it does not.
pub(crate) fn end(child: &mut Child, ask: Signal) {
    let group = Pid::from_child(child);
    // An error here means that it is gone already.
    let _ = kill_process_group(group, ask);
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline {
        if !matches!(child.try_wait(), Ok(None)) {
            break;
        }
        signals::pause();
    }
    // Even if the leader has ended: what it started is in the same group.
    let _ = kill_process_group(group, Signal::KILL);
    let _ = child.wait();
}

/// Describes how a program ended.
fn ending(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with exit code {code}"),
        None => "was ended by a signal".to_owned(),
    }
}

/// Creates a log file and the folder it is in.
fn create(log: &Path) -> Result<File> {
    let folder = log.parent().unwrap_or(log);
    std::fs::create_dir_all(folder)
        .and_then(|()| File::create(log))
        .map_err(|fault| anyhow!("{} cannot be written: {fault}", place::shown(log)))
}

/// Returns the end of a log file, indented, with the file's name.
pub(crate) fn last_lines(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let tail = &lines[lines.len().saturating_sub(15)..];
    format!(
        "The end of {}:\n    {}",
        place::shown(log),
        tail.join("\n    ")
    )
}

/// Reads a pipe to its end on a thread, so that a full pipe never blocks the program.
fn drain(pipe: Option<impl std::io::Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // What was read before the error is still worth showing.
            let _ = BufReader::new(pipe).read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let fault = Command::new("no-such-program-here")
            .run("trying")
            .unwrap_err();
        assert_eq!(fault.to_string(), "`no-such-program-here` is not installed");
    }

    #[test]
    fn a_failure_says_what_failed_and_how() {
        let fault = Command::new("sh")
            .args(["-c", "echo no >&2; exit 3"])
            .read("asking");
        let fault = fault.unwrap_err().to_string();
        assert_eq!(
            fault,
            "asking failed: `sh -c echo no >&2; exit 3` ended with exit code 3: no"
        );
    }

    #[test]
    fn postern_does_not_hear_the_persons_own_settings() {
        assert!(is_postern_setting("OIDC_ENABLED"));
        assert!(is_postern_setting("POSTERN_LISTEN"));
        assert!(!is_postern_setting("POSTERN_TOOLS"));
        assert!(!is_postern_setting("PATH"));
    }
}
