//! Tools that cargo builds from crates.io, because nobody else offers a recent build.

use crate::command::{Command, with_hint};
use crate::{place, say};
use anyhow::Result;

/// The version of cargo-cyclonedx, which lists what a program is made of.
const CYCLONEDX: &str = "0.5.7";

/// Returns cargo-cyclonedx, installed if it is missing.
pub(crate) fn cyclonedx() -> Result<Command> {
    let root = place::tools().join("cargo-cyclonedx").join(CYCLONEDX);
    let program = root.join("bin/cargo-cyclonedx");
    if !program.is_file() {
        say::line(&format!("      installing cargo-cyclonedx {CYCLONEDX}"));
        let installed = Command::cargo()
            .args(["install", "--quiet", "--locked", "--version", CYCLONEDX])
            .args(["--root"])
            .args([&root])
            .args(["cargo-cyclonedx"])
            .run_into(
                &place::install_log("cargo-cyclonedx"),
                "installing cargo-cyclonedx",
            );
        with_hint(installed, "Is there a network?")?;
    }
    Ok(Command::new(program))
}
