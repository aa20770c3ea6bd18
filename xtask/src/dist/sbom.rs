//! What the program is made of, as `CycloneDX`: for those who must know which release has
//! a faulty crate.

use super::platform::Platform;
use super::source::Source;
use crate::{place, tools};
use anyhow::{Context as _, Result};
use std::path::Path;

/// Writes the list of all crates of the program into `out`.
pub(crate) fn write(source: &Source, out: &Path) -> Result<()> {
    const NAME: &str = "postern-sbom";
    // It writes beside each manifest of the workspace.
    let made = place::root().join("backend").join(format!("{NAME}.json"));
    tools::cargo::cyclonedx()?
        .args(["cyclonedx", "--manifest-path", "backend/Cargo.toml"])
        .args(["--format", "json", "--spec-version", "1.5"])
        .args(["--target", Platform::X86_64.target()])
        .args(["--override-filename", NAME])
        .env("SOURCE_DATE_EPOCH", source.time.to_string())
        .run("listing the crates")?;
    let to = out.join(format!("postern-{}.cdx.json", source.version));
    std::fs::copy(&made, &to)
        .and_then(|_| std::fs::remove_file(&made))
        .with_context(|| format!("{} cannot be moved", place::shown(&made)))
}
