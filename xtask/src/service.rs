//! Programs that run next to xtask: started, awaited, watched, and always ended.

use crate::command::{self, Command};
use crate::{net, say, signals};
use anyhow::{Result, bail};
use rustix::process::Signal;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Child;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long a program may take to answer.
const START: Duration = Duration::from_secs(30);

/// A running program; dropping it ends it.
pub(crate) struct Service {
    /// Its name for people: "Postern".
    name: &'static str,
    /// The process, leader of its own group.
    child: Child,
    /// Where its output goes; `None` is the terminal.
    log: Option<PathBuf>,
    /// The signal that asks it to end.
    ask: Signal,
}

impl Service {
    /// Starts a program.
    pub(crate) fn start(
        name: &'static str,
        command: Command,
        log: Option<PathBuf>,
    ) -> Result<Self> {
        let mut command = match &log {
            Some(log) => command.logged(log)?,
            None => command,
        };
        let child = command.spawn()?;
        Ok(Self {
            name,
            child,
            log,
            ask: Signal::TERM,
        })
    }

    /// Ends it by another signal than SIGTERM.
    pub(crate) fn ended_by(mut self, ask: Signal) -> Self {
        self.ask = ask;
        self
    }

    /// Waits until `is_ready`; fails if the program ends first or takes too long.
    pub(crate) fn wait_until(&mut self, mut is_ready: impl FnMut() -> bool) -> Result<()> {
        let deadline = Instant::now() + START;
        loop {
            if signals::received() {
                return Err(signals::Stopped.into());
            }
            if self.has_ended() {
                bail!("{} ended at its start.{}", self.name, self.log_end());
            }
            if is_ready() {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!(
                    "{} does not answer after {} seconds.{}",
                    self.name,
                    START.as_secs(),
                    self.log_end()
                );
            }
            signals::pause();
        }
    }

    /// Waits until an HTTP GET is answered with 200.
    pub(crate) fn wait_for_http(&mut self, port: u16, path: &str) -> Result<()> {
        self.wait_until(|| net::get_status(port, path) == Some(200))
    }

    /// Returns true if the process is gone.
    fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Returns the end of its log, as further lines of a sentence.
    fn log_end(&self) -> String {
        match &self.log {
            Some(log) => format!("\n{}", command::last_lines(log)),
            None => " What it said is above.".to_owned(),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        command::end(&mut self.child, self.ask);
    }
}

/// Waits for Ctrl-C, or fails if one of the services ends by itself.
pub(crate) fn watch(services: &mut [Service]) -> Result<()> {
    while !signals::received() {
        if let Some(gone) = services.iter_mut().find_map(|service| {
            service
                .has_ended()
                .then(|| format!("{} has ended.{}", service.name, service.log_end()))
        }) {
            bail!("{gone}\nThe others are ended as well");
        }
        signals::pause();
    }
    say::line("\nEnding what was started …");
    Ok(())
}

/// A command that the system ends when xtask is gone, even after SIGKILL.
///
/// `setpriv` asks Linux for this (`PR_SET_PDEATHSIG`); the system call itself would need unsafe
/// code. Without `setpriv`, the signals that xtask can catch still end everything. `options` are
/// more options of `setpriv`, passed only if it exists.
pub(crate) fn dies_with_xtask(program: impl AsRef<OsStr>) -> Command {
    if has_setpriv() {
        Command::new("setpriv")
            .args(["--pdeathsig", "TERM", "--"])
            .args([program])
    } else {
        Command::new(program)
    }
}

/// Returns true if this machine's `setpriv` has the option.
pub(crate) fn has_setpriv() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| {
        Command::new("setpriv")
            .args(["--pdeathsig", "TERM", "--", "true"])
            .succeeds()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_service_is_gone() {
        let service = Service::start("sleeper", Command::new("sleep").args(["60"]), None).unwrap();
        let pid = service.child.id();

        drop(service);

        assert!(
            !Command::new("kill")
                .args(["-0", &pid.to_string()])
                .succeeds()
        );
    }

    #[test]
    fn a_service_that_ends_at_its_start_is_reported() {
        let mut service = Service::start("liar", Command::new("false"), None).unwrap();

        let fault = service.wait_until(|| false).unwrap_err();

        assert_eq!(
            fault.to_string(),
            "liar ended at its start. What it said is above."
        );
    }
}
