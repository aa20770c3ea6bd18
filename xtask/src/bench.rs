//! `cargo xtask bench SECTION`: what the door and the session check cost, on this machine.

use crate::command::Command;
use crate::say::Steps;
use crate::{machine, place, tools};
use anyhow::Result;

/// Builds the server and what it is measured against, and prints a table.
pub(crate) fn bench(section: &str) -> Result<()> {
    let mut steps = Steps::new(3);
    steps.run("Looking at this machine", || {
        machine::require_c_compiler()?;
        tools::apt::install_for_tests()
    })?;
    steps.run(
        "Building the server and what it is measured against",
        || {
            let packages = ["-p", "postern", "-p", "demo-op", "-p", "bench-peers"];
            Command::cargo()
                .args(["build", "--release", "--bins"])
                .args(packages)
                .run("building the server")
        },
    )?;
    steps.run("Measuring", || {
        Command::cargo()
            .args([
                "test",
                "-p",
                "tests",
                "--features",
                "bench",
                "--test",
                "bench",
            ])
            .without_postern_settings()
            .env("POSTERN_BIN", place::release_binary("postern"))
            .env("BENCH_SECTION", section)
            .env("BENCH_PEERS_BIN", place::release_binary("bench-peers"))
            .run("measuring")
    })
}
