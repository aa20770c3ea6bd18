//! Trunk, for `trunk serve` alone, and the `wasm-bindgen` program it looks for.
//!
//! The release does not use Trunk: xtask runs the same bindgen as a library, so that a newcomer
//! need not wait until Trunk is built. See [`crate::spa`].

use crate::command::{Command, with_hint};
use crate::{bindgen_cli, place, say};
use anyhow::{Context as _, Result};
use std::fs;
use std::path::PathBuf;

/// The version that `Trunk.toml` was tested with.
const VERSION: &str = "0.21.14";

/// How cargo builds it: as fast as possible, since only developers run it. Its own release
/// profile takes three times as long.
const PROFILE: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
];

/// Returns Trunk's path, whether it exists or not.
pub(crate) fn path() -> PathBuf {
    place::tools().join("bin/trunk")
}

/// Returns true if the pinned version is there.
pub(crate) fn is_installed() -> bool {
    Command::new(path())
        .args(["--version"])
        .read("asking Trunk for its version")
        .is_ok_and(|version| version.split_whitespace().any(|word| word == VERSION))
}

/// Where the output of an installation goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// Cargo's own progress on the terminal.
    Terminal,
    /// In a file, since something else uses the terminal.
    Log,
}

/// Builds and installs Trunk if it is missing, and always copies `wasm-bindgen` next to it.
pub(crate) fn install(output: Output) -> Result<()> {
    install_bindgen()?;
    if is_installed() {
        return Ok(());
    }
    say::line(&format!(
        "      installing Trunk {VERSION} (a few minutes, once)"
    ));
    // Separate from the project's target folder, whose lock would make one wait for the other.
    let build = place::tools().join("build");
    let mut command = Command::cargo()
        .args([
            "install",
            "trunk",
            "--locked",
            "--force",
            "--no-default-features",
        ])
        .args(["--version", VERSION])
        .args(["--root".as_ref(), place::tools().as_os_str()])
        .args(["--target-dir".as_ref(), build.as_os_str()]);
    for (name, value) in PROFILE {
        command = command.env(name, value);
    }
    let what = "installing Trunk";
    let outcome = match output {
        Output::Terminal => command.run(what),
        Output::Log => command.run_into(&place::install_log("trunk"), what),
    };
    with_hint(outcome, "Is there a network? Trunk is built from crates.io")?;
    // Some 800 MB that nothing needs again; it would do no harm.
    let _ = fs::remove_dir_all(build);
    Ok(())
}

/// Copies xtask into the tools as `wasm-bindgen`.
///
/// Called by that name, it does Trunk's wasm-bindgen work through the library that xtask links
/// anyway: exactly the page's version, and nothing more to build.
fn install_bindgen() -> Result<()> {
    let folder = place::tools().join("bin");
    let new = folder.join(format!(".wasm-bindgen-{}", std::process::id()));
    let xtask = std::env::current_exe().context("xtask cannot find its own program")?;
    fs::create_dir_all(&folder)
        .and_then(|()| fs::copy(&xtask, &new))
        // Renamed, because a running program cannot be overwritten.
        .and_then(|_| fs::rename(&new, folder.join(bindgen_cli::NAME)))
        .with_context(|| format!("{} cannot be written", place::shown(&folder)))
}
