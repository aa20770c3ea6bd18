//! The package for Fedora and its kin, in a root that only RPM knows.

use anyhow::{Result, ensure};

use super::release::{Root, as_root, done, file};

/// There is no Fedora to be had; RPM itself checks the package, and installs it into a folder.
#[test]
#[ignore = "needs packages, a fresh Debian and root; cargo xtask test runs it"]
fn package_is_installed_upgraded_and_removed() -> Result<()> {
    let package = file("postern-", ".x86_64.rpm")?;
    let root = Root::debian()?;
    let rpm = |arguments: &[&str]| {
        let mut command = as_root("rpm");
        command.arg("--root").arg(root.path("")).args(arguments);
        done(&mut command)
    };
    let inside = "root/postern.rpm";
    root.add(&package, inside)?;
    let path = root.path(inside).display().to_string();
    rpm(&["--initdb"])?;
    // Its database has none of Debian's packages.
    rpm(&["--install", "--nodeps", &path])?;

    let verified = rpm(&["--verify", "--nodeps", "postern"])?;
    ensure!(verified.is_empty(), "{verified}");
    let listed = rpm(&["--query", "--list", "--verbose", "postern"])?;
    ensure!(
        listed
            .lines()
            .any(|line| line.starts_with("-rw------- ")
                && line.ends_with("/etc/postern/postern.env")),
        "{listed}"
    );
    let users = done(as_root("cat").arg(root.path("etc/passwd")))?;
    ensure!(users.contains("\npostern:"), "{users}");
    let version = done(
        as_root("chroot")
            .arg(root.path(""))
            .args(["postern", "--version"]),
    )?;
    ensure!(version.starts_with("postern 0."), "{version}");

    done(
        as_root("sh")
            .args(["-c", "echo POSTERN_LISTEN=127.0.0.1:8099 >> \"$0\""])
            .arg(root.path("etc/postern/postern.env")),
    )?;
    rpm(&["--upgrade", "--force", "--nodeps", &path])?;
    let settings = done(as_root("cat").arg(root.path("etc/postern/postern.env")))?;
    ensure!(settings.contains("8099"), "{settings}");

    rpm(&["--erase", "postern"])?;
    ensure!(!root.path("usr/bin/postern").exists());
    // RPM keeps what somebody has changed, under another name.
    ensure!(root.path("etc/postern/postern.env.rpmsave").exists());
    Ok(())
}
