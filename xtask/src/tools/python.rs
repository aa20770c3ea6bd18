//! What comes from PyPI: the spelling checker, and a real OP for the tests. Each has a venv of its
//! own.

use crate::command::{Command, with_hint};
use crate::{place, say};
use anyhow::{Context as _, Result};
use std::path::PathBuf;

/// The spelling checker.
const TYPOS: &str = "typos==1.52.0";

/// The real OP `canaille`, with its pages and its OpenID Connect.
const CANAILLE: &str = "canaille[front,oidc]==0.3.6";

/// Installs typos when it is missing, and returns its path.
pub(crate) fn typos() -> Result<PathBuf> {
    install("typos", TYPOS)?;
    Ok(place::tools().join("typos/bin/typos"))
}

/// Installs the real OP `canaille` when it is missing.
pub(crate) fn install_canaille() -> Result<()> {
    install("canaille", CANAILLE)
}

/// Installs a requirement into a venv among the tools. A file in the venv says what is in it, and is
/// written last, so that half an installation is done anew.
fn install(name: &str, requirement: &str) -> Result<()> {
    let venv = place::tools().join(name);
    let note = venv.join("installed.txt");
    if std::fs::read_to_string(&note).is_ok_and(|installed| installed == requirement) {
        return Ok(());
    }
    say::line(&format!("      installing {requirement} by pip"));
    let log = super::log(name);
    let what = format!("installing {name}");
    let made = Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .args([&venv])
        .run_into(&log, &what);
    with_hint(
        made,
        "It takes Python 3 with venv (on Debian: python3-venv)",
    )?;
    let filled = Command::new(venv.join("bin/python"))
        .args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--quiet",
            requirement,
        ])
        .run_into(&log, &what);
    with_hint(filled, "Is there a network?")?;
    std::fs::write(&note, requirement)
        .with_context(|| format!("{} cannot be written", place::shown(&note)))
}
