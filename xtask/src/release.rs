//! The release: the page, then the server that contains it.

use crate::command::Command;
use crate::say::{self, Steps};
use crate::spa::Spa;
use crate::{machine, place, spa};
use anyhow::{Context as _, Result};
use std::path::Path;

/// Builds `target/release/postern`, which needs nothing beside it.
pub(crate) fn release() -> Result<()> {
    let mut steps = Steps::new(4);
    steps.run("Looking at this machine", || {
        machine::require_c_compiler()?;
        machine::require_target(machine::WASM)
    })?;
    steps.run("Downloading crates", machine::fetch_crates)?;
    let spa = steps.run("Building the page", spa::build)?;
    steps.run("Building the server", || build_binaries(&spa.hash))?;
    spa.sizes.require_small()?;
    report(&spa)
}

/// Builds the page alone, and prints its size.
pub(crate) fn page() -> Result<()> {
    machine::require_target(machine::WASM)?;
    spa::build()?.sizes.require_small()
}

/// Builds the release binaries with the page of this hash inside.
///
/// The demo OP is always built together with the server: built alone, each would use other features
/// of their shared crates, and cargo would build those twice.
pub(crate) fn build_binaries(spa_hash: &str) -> Result<()> {
    Command::cargo()
        .args([
            "build",
            "--release",
            "--bins",
            "--package",
            "postern",
            "--package",
            "demo-op",
        ])
        .env(SPA_HASH, spa_hash)
        .run("building the server")
}

/// Tells cargo which page the server contains, so that it is embedded again when that changes.
pub(crate) const SPA_HASH: &str = "POSTERN_SPA_HASH";

/// Prints the release's size.
pub(crate) fn report(spa: &Spa) -> Result<()> {
    let binary = place::release_binary("postern");
    let size = size_of(&binary)?;
    say::line("");
    say::line(&format!(
        "{}: {}",
        place::shown(&binary),
        say::kilobytes(size)
    ));
    for line in spa.sizes.lines() {
        say::line(&line);
    }
    Ok(())
}

/// Returns a file's size in bytes.
fn size_of(path: &Path) -> Result<usize> {
    let metadata = path
        .metadata()
        .with_context(|| format!("{} was not built", place::shown(path)))?;
    Ok(usize::try_from(metadata.len())?)
}
