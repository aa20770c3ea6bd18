//! The program itself, linked statically against musl, for each platform.

use super::pgo;
use super::platform::Platform;
use super::source::{COMMIT, Source};
use crate::command::Command;
use crate::{machine, place, release, same_everywhere, tools};
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Builds the program for a platform, with the page of this hash inside, at [`path`].
///
/// Zig is the C compiler and the linker: it brings the C library of each platform, so that nothing
/// else of this machine gets into the program.
pub(crate) fn build(platform: Platform, spa_hash: &str, source: &Source) -> Result<()> {
    let flags = pgo::flags(platform)?;
    zig_build(platform, spa_hash, source, &flags)?.run("building the program")
}

/// Builds the program for x86-64 so that it counts how often its code runs, and writes that into
/// `counts` when it ends. Returns where it is.
pub(crate) fn build_counting(spa_hash: &str, source: &Source, counts: &Path) -> Result<PathBuf> {
    let platform = Platform::X86_64;
    let target = place::target().join("pgo");
    let flag = format!("-Cprofile-generate={}", counts.display());
    zig_build(platform, spa_hash, source, &[flag])?
        .args(["--target-dir".into(), target.clone().into_os_string()])
        // Zig's linker does not know how rustc asks for what writes the counts.
        .env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER", "cc")
        .run("building the program that counts")?;
    Ok(target.join(platform.target()).join(PROFILE).join("postern"))
}

fn zig_build(
    platform: Platform,
    spa_hash: &str,
    source: &Source,
    flags: &[String],
) -> Result<Command> {
    let target = platform.target();
    machine::require_target(target)?;
    Ok(Command::new(tools::python::cargo_zigbuild()?)
        .args(["zigbuild", "--locked", "--profile", PROFILE])
        .args(["--package", "postern", "--bin", "postern"])
        .args(["--target", target])
        .env("PATH", tools::python::path_with_zig()?)
        .env(release::SPA_HASH, spa_hash)
        .env(COMMIT, &source.commit)
        .env("SOURCE_DATE_EPOCH", source.time.to_string())
        .envs(&same_everywhere::cargo_variables(target, flags)))
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
