//! What comes from npm: wasm-opt, and a real OP for the tests.

use super::apt;
use crate::command::{Command, with_hint};
use crate::{place, say};
use anyhow::Result;
use std::path::PathBuf;

/// The version of binaryen, which is wasm-opt. Older ones do not know what rustc now emits.
pub(crate) const BINARYEN: &str = "132.0.0";

/// The version of the `oidc-provider` package.
const OIDC_PROVIDER: &str = "9.13.3";

/// Returns wasm-opt, installed by npm when it is missing; `None`, with a word on it, where it
/// cannot be had. The page works without.
pub(crate) fn wasm_opt() -> Option<PathBuf> {
    let program = place::tools().join("binaryen/node_modules/.bin/wasm-opt");
    if is_installed("binaryen", "binaryen", BINARYEN) && apt::on_path("node") {
        return Some(program);
    }
    if !(apt::on_path("npm") && apt::on_path("node")) {
        say::line(
            "      no Node.js here, so no wasm-opt: the page is built without, and is larger",
        );
        return None;
    }
    match install("binaryen", "binaryen", BINARYEN) {
        Ok(()) => Some(program),
        Err(fault) => {
            say::line(&format!(
                "      wasm-opt cannot be had: the page is built without, and is larger\n      ({fault:#})"
            ));
            None
        }
    }
}

/// Installs the real OP `oidc-provider` when it is missing.
pub(crate) fn install_oidc_provider() -> Result<()> {
    if is_installed("oidc-provider", "oidc-provider", OIDC_PROVIDER) {
        return Ok(());
    }
    install("oidc-provider", "oidc-provider", OIDC_PROVIDER)
}

/// Returns whether a package of this version is in a folder of the tools.
fn is_installed(folder: &str, package: &str, version: &str) -> bool {
    let manifest = place::tools()
        .join(folder)
        .join("node_modules")
        .join(package)
        .join("package.json");
    std::fs::read(manifest)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok())
        .is_some_and(|manifest| manifest["version"] == version)
}

/// Installs a package into a folder of the tools.
fn install(folder: &str, package: &str, version: &str) -> Result<()> {
    say::line(&format!("      installing {package} {version} by npm"));
    let outcome = Command::new("npm")
        .args([
            "install",
            "--no-fund",
            "--no-audit",
            "--no-save",
            "--loglevel=error",
        ])
        // One try more is enough to tell a hiccup from no network.
        .args(["--fetch-retries=1", "--fetch-timeout=60000", "--prefix"])
        .args([place::tools().join(folder)])
        .args([format!("{package}@{version}")])
        .run_into(&super::log(folder), &format!("installing {package}"));
    with_hint(outcome, "Is there a network?")
}
