//! Finds circles in the workspace around a folder.

use super::{circles, read::Reader};
use crate::command::Command;
use crate::say;
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::path::Path;

/// Fails if files or folders of the workspace around `folder` use each other in a circle; describes
/// every circle.
pub(crate) fn run(folder: &Path) -> Result<()> {
    let metadata = Command::cargo()
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .dir(folder)
        .read("asking cargo for the targets")?;
    let metadata: Value =
        serde_json::from_str(&metadata).context("cargo's answer does not parse")?;
    let root = Path::new(metadata["workspace_root"].as_str().unwrap_or_default());
    let load = |path: &str| std::fs::read_to_string(root.join(path)).ok();
    let mut reader = Reader::new(&load);
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for target in list(&metadata["packages"])
        .iter()
        .flat_map(|it| list(&it["targets"]))
    {
        let path = Path::new(target["src_path"].as_str().unwrap_or_default());
        let path = path.strip_prefix(root)?.to_string_lossy();
        let name = target["name"]
            .as_str()
            .unwrap_or_default()
            .replace('-', "_");
        let is_library = list(&target["kind"]).contains(&"lib".into());
        reader.read(&path, is_library.then_some(&name))?;
    }
    let files = &reader.tree.files;
    let uses = reader.tree.uses();
    say::line(&format!(
        "{} files, {} uses of one by another",
        files.len(),
        uses.len()
    ));
    let circles = circles::describe(files, &uses);
    if circles.is_empty() {
        return Ok(());
    }
    bail!(
        "{} circles. To end one, move what is taken to where both may take it:\n\n{}",
        circles.len(),
        circles.join("\n\n")
    )
}
