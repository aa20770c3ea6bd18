//! The verifiers in `docs/verifiers/`, each run by its own language.

use crate::command::Command;
use crate::{place, tools};
use anyhow::{Result, bail};

/// Runs the tests of every verifier, even after those of one have failed.
pub(crate) fn run() -> Result<()> {
    let python = tools::python::verifier()?;
    let go_cache = place::tools().join("go");
    let verifiers = [
        (
            "python",
            // It leaves no compiled files in the folder.
            Command::new(python).args(["-B", "-m", "unittest", "--quiet"]),
        ),
        ("node", Command::new("node").args(["--test"])),
        (
            "go",
            Command::new("go")
                .args(["test", "./..."])
                .env("GOCACHE", go_cache)
                .env("GOFLAGS", "-mod=mod")
                .env("GOPROXY", "off"),
        ),
        ("php", Command::new("php").args(["test.php"])),
    ];
    let mut failed = Vec::new();
    for (language, tests) in verifiers {
        let folder = place::root().join("docs/verifiers").join(language);
        if let Err(fault) = tests
            .dir(&folder)
            .run(&format!("the verifier in {language}"))
        {
            failed.push(format!("{fault:#}"));
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("{}", failed.join("; "))
}
