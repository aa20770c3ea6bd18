//! Builds the page of `examples/leptos-app`, for its test.

use super::build::{bind, cargo_variables};
use crate::command::Command;
use crate::{machine, place};
use anyhow::{Context as _, Result};
use std::fs;
use std::path::PathBuf;

/// The page's crate and program.
const NAME: &str = "leptos-app";
/// The document.
const INDEX: &str = "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Example</title>\
    <script type=\"module\">import init from './leptos-app.js'; \
    init({ module_or_path: './leptos-app_bg.wasm' });</script><body></body></html>";

/// Returns the folder in which the page is built.
pub(crate) fn folder() -> PathBuf {
    place::target().join("spa/example")
}

/// Builds it. The crates below it are those of the page, compiled already.
pub(crate) fn build() -> Result<()> {
    Command::cargo()
        .args(["build", "--package", NAME, "--target", machine::WASM])
        .args(["--profile", "wasm"])
        .envs(&cargo_variables())
        .run("building the example")?;
    let built = place::target().join(machine::WASM);
    bind(NAME, &built.join("wasm/leptos-app.wasm"), &folder())?;
    fs::write(folder().join("index.html"), INDEX).context("target/spa cannot be written")
}
