//! `cargo xtask test`: everything that CI checks.
//!
//! All checks run, also after one has failed, so that one run tells everything. What has to be
//! installed is installed beside cargo's work: most of it is waiting for the network.

use crate::postgres::Postgres;
use crate::say;
use crate::spa::Spa;
use crate::tally::Tally;
use crate::{check, licenses, machine, place, release, signals, spa, tools};
use anyhow::{Result, anyhow, bail};
use std::ffi::OsString;
use std::time::{Duration, Instant};

/// One check that was run.
struct Done {
    /// What it is called in the summary.
    name: &'static str,
    /// How long it took.
    time: Duration,
    /// Whether it held.
    is_good: bool,
}

/// The run so far.
#[derive(Default)]
struct Run {
    /// The checks in their order.
    done: Vec<Done>,
    /// The tests counted.
    tally: Tally,
}

/// Installs what is missing, and runs every check.
pub(crate) fn run() -> Result<()> {
    let start = Instant::now();
    machine::require_c_compiler()?;
    machine::require_wasm_target()?;
    machine::fetch_crates()?;
    let mut run = Run::default();
    // The scope waits for the installing thread also when a signal ends the run.
    std::thread::scope(|scope| {
        // It prints a line for each thing that it installs.
        let installing = scope.spawn(install);
        run.everything(|| match installing.join() {
            Ok(outcome) => outcome,
            Err(_) => bail!("installing tools broke off"),
        })
    })?;
    run.close(start.elapsed())
}

/// Returns the page, if it was built.
fn built(spa: Option<&Spa>) -> Result<&Spa> {
    spa.ok_or_else(|| anyhow!("there is no page"))
}

/// Installs what the tests need beside cargo's crates.
fn install() -> Result<()> {
    tools::apt::install_missing()?;
    tools::python::typos()?;
    tools::node::install_oidc_provider()?;
    tools::python::install_canaille()?;
    tools::trunk::install(tools::trunk::Output::Log)
}

/// Runs every test of the workspace, those in a browser and on PostgreSQL included.
fn tests(tally: &mut Tally) -> Result<()> {
    let postgres = Postgres::start()?;
    let mut variables: Vec<(String, OsString)> = [
        ("SLOW_TESTS", "1".into()),
        ("TEST_POSTGRES_URL", postgres.url.clone().into()),
        ("POSTERN_TOOLS", place::tools().into()),
        ("POSTERN_BIN", place::release_binary("postern").into()),
        ("DEMO_OP_BIN", place::release_binary("demo-op").into()),
        // `trunk serve` then finds the page's crates compiled already.
        ("TRUNK_BUILD_CARGO_PROFILE", "wasm".into()),
        // A snapshot that differs is a failure, not a file to look at.
        ("INSTA_UPDATE", "no".into()),
    ]
    .map(|(name, value): (&str, OsString)| (name.to_owned(), value))
    .into();
    variables.extend(spa::cargo_variables());
    let are_good = check::cargo_with_page(&["test", "--no-fail-fast"])
        .args(["--workspace", "--exclude", "frontend"])
        .without_postern_settings()
        .envs(&variables)
        .stream(|line| tally.add_line(line))?;
    if are_good {
        return Ok(());
    }
    bail!("tests failed; what they said is above")
}

impl Run {
    /// Runs every check; `installed` waits until all tools are there.
    fn everything(&mut self, installed: impl FnOnce() -> Result<()>) -> Result<()> {
        self.check("formatting", check::formatting)?;
        self.check("dependencies", licenses::check)?;
        let spa = self.check("page", spa::build)?;
        self.check("size of the page", || built(spa.as_ref())?.require_small())?;
        let server = self.check("release build", || {
            release::build_binaries(&built(spa.as_ref())?.hash)
        })?;
        self.check("lints", check::lints)?;
        self.check("lints of the page", check::lints_of_the_page)?;
        self.check("documentation", check::documentation)?;
        self.check("installing tools", installed)?;
        self.check("spelling", check::spelling)?;
        let mut tally = Tally::default();
        self.check("tests", || {
            if server.is_none() {
                bail!("without the release build, the browser tests have nothing to test");
            }
            tests(&mut tally)
        })?;
        self.tally = tally;
        self.check("weight of the release", || {
            release::report(built(spa.as_ref())?)
        })?;
        Ok(())
    }

    /// Runs a check. Its failure is noted and told; only a signal ends the run. Returns what it
    /// made, or `None` when it failed.
    fn check<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<Option<T>> {
        say::line(&format!("\n== {name}"));
        let start = Instant::now();
        let outcome = work();
        let time = start.elapsed();
        self.done.push(Done {
            name,
            time,
            is_good: outcome.is_ok(),
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

    /// Prints the summary, and fails when a check has.
    fn close(&self, time: Duration) -> Result<()> {
        say::line("");
        for Done {
            name,
            time,
            is_good,
        } in &self.done
        {
            let word = if *is_good { "ok" } else { "FAILED" };
            say::line(&format!("{word:>6}  {:>12}  {name}", say::seconds(*time)));
        }
        say::line(&format!("\nAll of it took {}.", say::seconds(time)));
        say::line(&self.tally.to_string());
        let bad: Vec<&str> = self
            .done
            .iter()
            .filter(|done| !done.is_good)
            .map(|done| done.name)
            .collect();
        if bad.is_empty() {
            return Ok(());
        }
        bail!("not everything is well: {}", bad.join(", "))
    }
}
