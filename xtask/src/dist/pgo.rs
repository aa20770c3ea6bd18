//! The counts of which code runs most (profile-guided optimization), and what rustc does with them.

use super::platform::Platform;
use crate::{place, spa};
use anyhow::{Context as _, Result};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Returns the flags by which rustc uses the counts. They are of one platform: the names of functions
/// contain it.
pub(super) fn flags(platform: Platform) -> Result<Vec<String>> {
    Ok(match platform {
        Platform::X86_64 => vec![
            format!("-Cprofile-use={}", unpack()?.display()),
            // LLVM makes code that never ran small only in programs whose busy part is large.
            "-Cllvm-args=-pgso-lwss-only=false".to_owned(),
            // Nor is a function put in the place of a call that seldom runs.
            "-Cllvm-args=-inline-cold-callsite-threshold=0".to_owned(),
        ],
        Platform::Aarch64 => Vec::new(),
    })
}

/// Keeps counts for later builds.
pub(crate) fn keep_counts(counts: &Path) -> Result<PathBuf> {
    let to = packed();
    fs::write(&to, spa::brotli(&fs::read(counts)?)?)
        .with_context(|| format!("{} cannot be written", place::shown(&to)))?;
    Ok(to)
}

/// Unpacks the counts for rustc, and returns where they are.
fn unpack() -> Result<PathBuf> {
    let from = packed();
    let mut counts = Vec::new();
    let file = fs::File::open(&from);
    let file = file.with_context(|| format!("{} cannot be read", place::shown(&from)))?;
    brotli::Decompressor::new(file, 1 << 16).read_to_end(&mut counts)?;
    let to = place::target().join("x86_64.profdata");
    // A file that is written anew is a reason for cargo and rustc to build anew.
    if fs::read(&to).ok().as_deref() != Some(&counts) {
        fs::create_dir_all(place::target())?;
        fs::write(&to, &counts)?;
    }
    Ok(to)
}

/// A fifth of what rustc reads.
fn packed() -> PathBuf {
    place::root().join("xtask/pgo/x86_64.profdata.br")
}
