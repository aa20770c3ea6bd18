//! Runs checks one after the other, even after failures, and sums them up.

use crate::{say, signals};
use anyhow::{Result, bail};
use std::time::{Duration, Instant};

/// The checks so far, in their order.
#[derive(Default)]
pub(crate) struct Checks {
    /// The ones that were run.
    done: Vec<Done>,
}

/// What came of a check, and how long it took.
pub(crate) struct Timed<T> {
    outcome: Result<T>,
    time: Duration,
}

impl<T> Timed<T> {
    /// Runs it.
    pub(crate) fn run(work: impl FnOnce() -> Result<T>) -> Self {
        let start = Instant::now();
        let outcome = work();
        let time = start.elapsed();
        Self { outcome, time }
    }

    /// Returns what it made, if it did not fail.
    pub(crate) fn made(&self) -> Option<&T> {
        self.outcome.as_ref().ok()
    }
}

/// One check that was run.
struct Done {
    /// Its name in the summary.
    name: &'static str,
    /// How long it took.
    time: Duration,
    /// Whether it passed.
    passed: bool,
}

impl Checks {
    /// Runs a check. Its failure is recorded and reported; only a signal ends the run. Returns its
    /// result, or `None` if it failed.
    pub(crate) fn run<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<Option<T>> {
        say::line(&format!("\n== {name}"));
        self.add(name, Timed::run(work))
    }

    /// Takes on a check that was run beside others, as [`Self::run`] does.
    pub(crate) fn add<T>(&mut self, name: &'static str, timed: Timed<T>) -> Result<Option<T>> {
        let Timed { outcome, time } = timed;
        self.done.push(Done {
            name,
            time,
            passed: outcome.is_ok(),
        });
        match outcome {
            Ok(made) => Ok(Some(made)),
            Err(fault) if fault.is::<signals::Stopped>() => Err(fault),
            Err(fault) => {
                say::fault(&format!("{fault:#}"));
                Ok(None)
            }
        }
    }

    /// Prints the summary, and fails if a check has failed.
    pub(crate) fn finish(&self) -> Result<()> {
        say::line("");
        for Done { name, time, passed } in &self.done {
            let word = if *passed { "ok" } else { "FAILED" };
            say::line(&format!("{word:>6}  {:>12}  {name}", say::seconds(*time)));
        }
        say::line("");
        let failed: Vec<&str> = self
            .done
            .iter()
            .filter(|done| !done.passed)
            .map(|done| done.name)
            .collect();
        if failed.is_empty() {
            return Ok(());
        }
        bail!("failed: {}", failed.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_check_ends_nothing_and_is_named_at_the_end() {
        let mut checks = Checks::default();

        let bad = checks
            .run("first", || -> Result<()> { bail!("no") })
            .unwrap();
        let good = checks.run("second", || Ok(7)).unwrap();

        assert_eq!((bad, good), (None, Some(7)));
        assert_eq!(checks.finish().unwrap_err().to_string(), "failed: first");
    }

    #[test]
    fn a_signal_ends_the_run() {
        let stopped =
            Checks::default().run("first", || -> Result<()> { Err(signals::Stopped.into()) });

        assert!(stopped.unwrap_err().is::<signals::Stopped>());
    }
}
