//! The counts of which code runs most (profile-guided optimization), and what rustc does with them.

use super::platform::Platform;
use crate::place;
use std::path::PathBuf;

/// Returns the flags by which rustc uses the counts. They are of one platform: the names of functions
/// contain it.
pub(super) fn flags(platform: Platform) -> Vec<String> {
    match platform {
        Platform::X86_64 => vec![
            format!("-Cprofile-use={}", counts().display()),
            // LLVM makes code that never ran small only in programs whose busy part is large.
            "-Cllvm-args=-pgso-lwss-only=false".to_owned(),
        ],
        Platform::Aarch64 => Vec::new(),
    }
}

/// Returns where the counts are.
pub(crate) fn counts() -> PathBuf {
    place::root().join("xtask/pgo/x86_64.profdata")
}
