//! Checks what the machine needs before anything can be built.

use crate::command::{Command, with_hint};
use crate::say;
use anyhow::{Context as _, Result, bail};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The target of the page.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Fails without a C compiler: SQLite and the cryptography are C.
pub(crate) fn require_c_compiler() -> Result<()> {
    let compiler = std::env::var_os("CC").unwrap_or_else(|| OsString::from("cc"));
    // CC may contain arguments; the program is the first word.
    let compiler = compiler.to_string_lossy();
    let program = compiler.split_whitespace().next().unwrap_or("cc");
    if Command::new(program).args(["--version"]).succeeds() {
        return Ok(());
    }
    bail!(
        "there is no C compiler (`{program}`), which SQLite needs; \
         on Debian and Ubuntu `apt-get install gcc libc6-dev` brings one"
    )
}

/// Adds a target to the toolchain if it is missing.
pub(crate) fn require_target(target: &str) -> Result<()> {
    if has_target(target)? {
        return Ok(());
    }
    say::line(&format!("      adding the target {target} with rustup"));
    let added = Command::new("rustup")
        .args(["target", "add", target])
        .run(&format!("adding the target {target}"));
    with_hint(added, "That takes rustup and a network")
}

/// Returns true if the standard library for a target is there.
fn has_target(target: &str) -> Result<bool> {
    let folder = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .read("asking rustc for its targets")?;
    Ok(Path::new(folder.trim()).is_dir())
}

/// Adds a component to the toolchain; does nothing if it is there.
pub(crate) fn require_component(name: &str) -> Result<()> {
    let added = Command::new("rustup")
        .args(["component", "add", name])
        .run(&format!("adding the component {name}"));
    with_hint(added, "That takes rustup and a network")
}

/// Returns a program of a component.
pub(crate) fn component(program: &str) -> Result<PathBuf> {
    let sysroot = Command::new("rustc")
        .args(["--print", "sysroot"])
        .read("asking rustc where it is")?;
    let programs = Path::new(sysroot.trim()).join("lib/rustlib").join(host()?);
    Ok(programs.join("bin").join(program))
}

/// Downloads every crate of `Cargo.lock` for this machine and the page; does nothing if they are
/// there.
pub(crate) fn fetch_crates() -> Result<()> {
    let host = host()?;
    let fetched = Command::cargo()
        .args(["fetch", "--locked", "--target", &host, "--target", WASM])
        .run("downloading the crates");
    with_hint(fetched, "Is there a network? The first run needs one")
}

/// Returns the target of this machine.
pub(crate) fn host() -> Result<String> {
    let version = Command::new("rustc")
        .args(["-vV"])
        .read("asking rustc what machine this is")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host
        .context("rustc does not say what machine this is")?
        .to_owned())
}
