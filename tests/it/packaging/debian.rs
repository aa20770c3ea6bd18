//! The package for Debian, in a fresh Debian that systemd has started.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use tests::places::workspace;

use super::release::{Root, as_root, done, file};

/// Runs the story when the machine has started, and turns it off afterwards.
const UNIT: &str = "[Unit]
Description=The story of the package
After=multi-user.target

[Service]
Type=oneshot
ExecStart=/bin/sh /root/story.sh
ExecStopPost=systemctl --no-block poweroff
StandardOutput=file:/root/story.log
StandardError=inherit
TimeoutStartSec=180
";

/// Makes an older package of the same files.
fn older(package: &Path, folder: &TempDir) -> Result<std::path::PathBuf> {
    let (unpacked, old) = (folder.path().join("old"), folder.path().join("old.deb"));
    done(
        Command::new("dpkg-deb")
            .arg("--raw-extract")
            .arg(package)
            .arg(&unpacked),
    )?;
    let control = unpacked.join("DEBIAN/control");
    let text = fs::read_to_string(&control)?;
    let text: Vec<&str> = text
        .lines()
        .map(|line| {
            if line.starts_with("Version: ") {
                "Version: 0.0.1"
            } else {
                line
            }
        })
        .collect();
    fs::write(&control, text.join("\n") + "\n")?;
    done(
        Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Znone", "--build"])
            .args([&unpacked, &old]),
    )?;
    Ok(old)
}

#[test]
#[ignore = "needs packages, a fresh Debian and root; cargo xtask test runs it"]
fn package_is_installed_started_upgraded_and_removed() -> Result<()> {
    let folder = TempDir::new()?;
    let new = file("postern_", "_amd64.deb")?;
    let root = Root::debian()?;
    let unit = folder.path().join("story.service");
    fs::write(&unit, UNIT)?;
    root.add(&older(&new, &folder)?, "root/old.deb")?;
    root.add(&new, "root/new.deb")?;
    root.add(
        &workspace().join("tests/it/packaging/debian.sh"),
        "root/story.sh",
    )?;
    root.add(&unit, "etc/systemd/system/story.service")?;
    done(as_root("systemctl").arg("--root").arg(root.path("")).args([
        "add-wants",
        "default.target",
        "story.service",
    ]))?;

    let machine = done(
        as_root("timeout")
            .args([
                "300",
                "systemd-nspawn",
                "--quiet",
                "--boot",
                "--register=no",
                "--keep-unit",
            ])
            .args(["--private-network", "--console=pipe", "--directory"])
            .arg(root.path("")),
    );

    let story = done(as_root("cat").arg(root.path("root/story.log"))).unwrap_or_default();
    ensure!(
        story.ends_with("The story is done.\n"),
        "{story}\n{machine:?}"
    );
    Ok(())
}
