//! `cargo xtask pgo`: tells the compiler which code the server runs most (profile-guided optimization).
//!
//! A program that counts is built, and works: it checks sessions, passes requests on, and logs people
//! in, at several servers. What it counted is in `xtask/pgo`, and each build of what others install
//! uses it: code that runs often is laid out to run fast, all other code to be small. Counts of an older
//! source still fit where a function has not changed. Those of another compiler may not be readable.

use crate::command::Command;
use crate::dist;
use crate::say::{self, Steps};
use crate::{bench, machine, place, spa, test};
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// The tests whose servers work as others' do: with an OP, several at one database, under load.
const WORK: &str = "package(tests) & test(/^replicas::/)";

/// Counts anew.
pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::new(5);
    steps.run("Looking at this machine", || {
        machine::require_c_compiler()?;
        machine::require_target(machine::WASM)?;
        machine::require_component("llvm-tools")?;
        test::install()
    })?;
    let spa = steps.run("Building the page", spa::build)?;
    let raw = place::target().join("pgo/counts");
    let program = steps.run("Building the program that counts", || {
        dist::build_counting(&spa.hash, &raw)
    })?;
    if raw.exists() {
        fs::remove_dir_all(&raw)?;
    }
    fs::create_dir_all(&raw)?;
    steps.run("Having it work", || {
        bench::ask(&["door", "session"], &program)?;
        test::run_some(WORK, &program)
    })?;
    steps.run("Writing the counts", || merge(&raw))
}

/// Merges what each process has counted.
fn merge(raw: &Path) -> Result<()> {
    let files: Vec<PathBuf> = fs::read_dir(raw)?
        .map(|file| Ok(file?.path()))
        .collect::<Result<_>>()?;
    if files.is_empty() {
        bail!("no program has written what it counted");
    }
    let merged = raw.with_extension("profdata");
    // Not `--sparse`: code that never ran is made small only if it is known that it never did.
    Command::new(machine::component("llvm-profdata")?)
        .args(["merge", "--output"])
        .args([&merged])
        .args(&files)
        .run("merging the counts")?;
    let to = dist::keep_counts(&merged)?;
    say::line(&format!("      {} is new", place::shown(&to)));
    Ok(())
}
