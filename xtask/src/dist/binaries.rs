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
/// Zig is the C compiler, and rustc brings the linker and the C library of each platform, so that nothing
/// else of this machine gets into the program.
pub(crate) fn build(platform: Platform, spa_hash: &str, source: &Source) -> Result<()> {
    let mut flags = pgo::flags(platform)?;
    flags.extend(LINKING.map(str::to_owned));
    zig_build(platform, spa_hash, source, &flags)?
        .env(&linker(platform), "rust-lld")
        .run("building the program")
}

/// How the program is linked. Not by Zig, which links no position-independent program for x86-64.
const LINKING: [&str; 5] = [
    "-Clinker-flavor=ld.lld",
    "-Clink-self-contained=yes",
    "-Clink-arg=--strip-all",
    // Functions with the same code are there once.
    "-Clink-arg=--icf=all",
    // What is changed when it is loaded to another address, in a fiftieth of the room.
    "-Clink-arg=--pack-dyn-relocs=relr",
];

/// Builds the program for x86-64 so that it counts how often its code runs, and writes that into
/// `counts` when it ends. Returns where it is.
pub(crate) fn build_counting(spa_hash: &str, source: &Source, counts: &Path) -> Result<PathBuf> {
    let platform = Platform::X86_64;
    let target = place::target().join("pgo");
    let flag = format!("-Cprofile-generate={}", counts.display());
    zig_build(platform, spa_hash, source, &[flag])?
        .args(["--target-dir".into(), target.clone().into_os_string()])
        // That adds what writes the counts.
        .env(&linker(platform), "cc")
        .run("building the program that counts")?;
    Ok(target.join(platform.target()).join(PROFILE).join("postern"))
}

/// Returns the variable that names the linker of a platform.
fn linker(platform: Platform) -> String {
    same_everywhere::cargo_variable(platform.target(), "LINKER")
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
        .env("JEMALLOC_SYS_WITH_MALLOC_CONF", ALLOCATOR)
        .env("JEMALLOC_SYS_WITH_LG_PAGE", largest_page(platform))
        .envs(&same_everywhere::cargo_variables(target, flags)))
}

/// How jemalloc behaves: a second after memory is free, the system has it back.
const ALLOCATOR: &str = "narenas:2,dirty_decay_ms:1000,muzzy_decay_ms:0";

/// Returns the largest page of memory that a kernel has on a platform, as a power of two: jemalloc
/// refuses larger ones.
fn largest_page(platform: Platform) -> &'static str {
    match platform {
        Platform::X86_64 => "12",
        Platform::Aarch64 => "16",
    }
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
