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
    let packages = list(&metadata["packages"]);
    for (package, target) in packages.iter().flat_map(|package| {
        list(&package["targets"])
            .into_iter()
            .map(move |it| (package, it))
    }) {
        let path = Path::new(target["src_path"].as_str().unwrap_or_default());
        let path = path.strip_prefix(root)?.to_string_lossy();
        let names = if list(&target["kind"]).contains(&"lib".into()) {
            names(&packages, package, &target)
        } else {
            Vec::new()
        };
        reader.read(&path, &names)?;
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

/// Returns the names by which crates of the workspace use a library: its own, and those that a
/// dependency gives it.
fn names(packages: &[Value], package: &Value, library: &Value) -> Vec<String> {
    let dependencies = packages
        .iter()
        .filter_map(|user| user["dependencies"].as_array());
    let renames = dependencies
        .flatten()
        .filter(|dependency| dependency["name"] == package["name"])
        .filter_map(|dependency| dependency["rename"].as_str());
    let own = library["name"].as_str();
    own.into_iter()
        .chain(renames)
        .map(|name| name.replace('-', "_"))
        .collect()
}
