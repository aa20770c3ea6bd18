//! The program itself, linked statically against musl, for each platform.

use super::platform::Platform;
use super::source::{COMMIT, Source};
use crate::command::Command;
use crate::{machine, place, release, same_everywhere, tools};
use anyhow::Result;
use std::path::PathBuf;

/// Builds the program for a platform, with the page of this hash inside, at [`path`].
///
/// Zig is the C compiler and the linker: it brings the C library of each platform, so that nothing
/// else of this machine gets into the program.
pub(crate) fn build(platform: Platform, spa_hash: &str, source: &Source) -> Result<()> {
    let target = platform.target();
    machine::require_target(target)?;
    Command::new(tools::python::cargo_zigbuild()?)
        .args(["zigbuild", "--locked", "--profile", PROFILE])
        .args(["--package", "postern", "--bin", "postern"])
        .args(["--target", target])
        .env("PATH", tools::python::path_with_zig()?)
        .env(release::SPA_HASH, spa_hash)
        .env(COMMIT, &source.commit)
        .env("SOURCE_DATE_EPOCH", source.time.to_string())
        .envs(&same_everywhere::cargo_variables(target))
        .run("building the program")
}

/// Where cargo writes it.
pub(crate) fn path(platform: Platform) -> PathBuf {
    place::target()
        .join(platform.target())
        .join(PROFILE)
        .join("postern")
}

/// The profile of what is installed, in `Cargo.toml`.
const PROFILE: &str = "dist";
