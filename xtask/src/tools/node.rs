//! Tools from npm: wasm-opt and esbuild, and for the tests a real OP and what judges pages.

use super::apt;
use crate::command::{Command, with_hint};
use crate::{place, say};
use anyhow::Result;
use std::path::PathBuf;

/// The version of binaryen, which is wasm-opt. Older ones do not know what rustc now emits.
pub(crate) const BINARYEN: &str = "132.0.0";

/// The version of esbuild, which minifies the page's JavaScript.
pub(crate) const ESBUILD: &str = "0.28.2";

/// The version of the `oidc-provider` package.
const OIDC_PROVIDER: &str = "9.13.3";

/// The version of axe-core, which judges whether pages are accessible.
const AXE_CORE: &str = "4.14.1";

/// The version of actionlint, which reads the workflows.
const ACTIONLINT: &str = "2.0.6";

/// The version of Lighthouse; the next one needs a newer Node.js than Debian has.
const LIGHTHOUSE: &str = "12.8.2";

/// Returns wasm-opt, if it is available.
pub(crate) fn wasm_opt() -> Option<PathBuf> {
    optional("binaryen", BINARYEN, "wasm-opt")
}

/// Returns esbuild, if it is available.
pub(crate) fn esbuild() -> Option<PathBuf> {
    optional("esbuild", ESBUILD, "esbuild")
}

/// Returns a program that shrinks the page, installed by npm if it is missing; `None`, with a
/// message, if it is not available. The page works without it.
fn optional(package: &str, version: &str, program: &str) -> Option<PathBuf> {
    let path = place::tools()
        .join(package)
        .join("node_modules/.bin")
        .join(program);
    if is_installed(package, package, version) && apt::on_path("node") {
        return Some(path);
    }
    if !(apt::on_path("npm") && apt::on_path("node")) {
        say::line(&format!(
            "      no Node.js here, so no {program}: the page is built without, and is larger"
        ));
        return None;
    }
    match install(package, package, version) {
        Ok(()) => Some(path),
        Err(fault) => {
            say::line(&format!(
                "      {program} cannot be had: the page is built without, and is larger\n      ({fault:#})"
            ));
            None
        }
    }
}

/// Installs what the tests need if it is missing: the real OP `oidc-provider`, actionlint and
/// axe-core.
pub(crate) fn install_for_tests() -> Result<()> {
    install_missing("oidc-provider", OIDC_PROVIDER)?;
    install_missing("actionlint", ACTIONLINT)?;
    install_missing("axe-core", AXE_CORE)
}

/// Returns the program `lighthouse`, installed if it is missing.
pub(crate) fn lighthouse() -> Result<PathBuf> {
    install_missing("lighthouse", LIGHTHOUSE)?;
    Ok(place::tools().join("lighthouse/node_modules/.bin/lighthouse"))
}

/// Installs a package of this version into a folder of its name, if it is missing.
fn install_missing(package: &str, version: &str) -> Result<()> {
    if is_installed(package, package, version) {
        return Ok(());
    }
    install(package, package, version)
}

/// What `cargo xtask bench` measures the server against.
const PEERS: [(&str, &str); 3] = [
    ("express", "5.3.0"),
    ("openid-client", "6.9.0"),
    ("express-session", "1.19.0"),
];

/// Returns the folder of what a login in Express takes, installed if it is missing.
pub(crate) fn peers() -> Result<PathBuf> {
    const FOLDER: &str = "bench-express";
    let is_there = |(package, version): &(&str, &str)| is_installed(FOLDER, package, version);
    if !PEERS.iter().all(is_there) {
        install_all(FOLDER, &PEERS)?;
    }
    Ok(place::tools().join(FOLDER))
}

/// Returns true if a package of this version is in a folder of the tools.
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
    install_all(folder, &[(package, version)])
}

/// Installs packages into a folder of the tools, all at once: npm removes what it is not told of.
fn install_all(folder: &str, packages: &[(&str, &str)]) -> Result<()> {
    let names: Vec<String> = packages
        .iter()
        .map(|(package, version)| format!("{package}@{version}"))
        .collect();
    say::line(&format!("      installing {} by npm", names.join(", ")));
    let outcome = Command::new("npm")
        .args([
            "install",
            "--no-fund",
            "--no-audit",
            "--no-save",
            "--loglevel=error",
        ])
        // One more try is enough to tell a hiccup from a missing network.
        .args(["--fetch-retries=1", "--fetch-timeout=60000", "--prefix"])
        .args([place::tools().join(folder)])
        .args(&names)
        .run_into(
            &place::install_log(folder),
            &format!("installing {}", names.join(", ")),
        );
    with_hint(outcome, "Is there a network?")
}
