//! What the program is made of, as `CycloneDX`: for those who must know which release has a faulty
//! crate.

use super::platform::Platform;
use super::source::Source;
use crate::command::Command;
use crate::{place, tools};
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The name of the files that are made.
const NAME: &str = "postern-sbom";

/// Writes the list of all crates of the program into `out`.
pub(crate) fn write(source: &Source, out: &Path) -> Result<()> {
    tools::cargo::cyclonedx()?
        .args(["cyclonedx", "--manifest-path", "backend/Cargo.toml"])
        .args(["--format", "json", "--spec-version", "1.5"])
        .args(["--target", Platform::X86_64.target()])
        .args(["--override-filename", NAME])
        .read("listing the crates")?;
    let text = std::fs::read_to_string(list_in(&place::root().join("backend")))?;
    // A crate of the repository is named by where that is on this machine.
    let text = text.replace(&place::root().display().to_string(), "");
    let list = same_each_time(&text, source)?;
    let name = format!("postern-{}.cdx.json", source.version);
    std::fs::write(out.join(name), list)?;
    // It writes one beside each manifest of the workspace.
    for folder in members()? {
        std::fs::remove_file(list_in(&folder))?;
    }
    Ok(())
}

/// Replaces the time of the run by that of the source, and leaves out a random number.
fn same_each_time(text: &str, source: &Source) -> Result<String> {
    let mut list: Value = serde_json::from_str(text)?;
    list["metadata"]["timestamp"] = source.rfc_3339()?.into();
    if let Some(list) = list.as_object_mut() {
        list.remove("serialNumber");
    }
    Ok(serde_json::to_string_pretty(&list)?)
}

fn list_in(folder: &Path) -> PathBuf {
    folder.join(format!("{NAME}.json"))
}

/// Returns the folders of the workspace's crates.
fn members() -> Result<Vec<PathBuf>> {
    let metadata = Command::cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .read("asking cargo for the workspace")?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let folder = |package: &Value| {
        let manifest = Path::new(package["manifest_path"].as_str()?);
        Some(manifest.parent()?.to_owned())
    };
    Ok(packages.iter().filter_map(folder).collect())
}
