//! The folder that `cargo xtask dist` fills, and commands that only root may run.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tests::places::{require, workspace};

/// Returns the file of the release whose name has this beginning and this end.
pub(super) fn file(begin: &str, end: &str) -> Result<PathBuf> {
    let folder = std::env::var_os("POSTERN_PACKAGES")
        .map_or_else(|| workspace().join("target/dist"), PathBuf::from);
    let folder = require(folder, "cargo xtask dist")?;
    std::fs::read_dir(&folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(begin) && name.ends_with(end)
        })
        .with_context(|| format!("{} has no {begin}…{end}", folder.display()))
}

/// Returns a command that root runs.
pub(super) fn as_root(program: &str) -> Command {
    if rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}

/// Runs a command to its end, and returns what it printed.
pub(super) fn done(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(
        output.status.success(),
        "{command:?}: {}\n{text}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(text)
}

/// A folder with files of root's, deleted as root.
pub(super) struct Root(tempfile::TempDir);

impl Root {
    /// Unpacks an archive, with its owners.
    pub(super) fn unpack(archive: &Path) -> Result<Self> {
        let folder = tempfile::TempDir::new()?;
        // Whoever runs inside of it is not who made it.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        done(
            as_root("tar")
                .args([
                    "--extract",
                    "--numeric-owner",
                    "--preserve-permissions",
                    "--file",
                ])
                .arg(archive)
                .arg("--directory")
                .arg(folder.path()),
        )?;
        Ok(Self(folder))
    }

    /// Unpacks the Debian that `cargo xtask test` has fetched.
    pub(super) fn debian() -> Result<Self> {
        let archive = tests::places::tools().join("debian/bookworm.tar");
        Self::unpack(&require(archive, "cargo xtask test")?)
    }

    /// Returns a path in it.
    pub(super) fn path(&self, inside: &str) -> PathBuf {
        self.0.path().join(inside)
    }

    /// Copies a file into it.
    pub(super) fn add(&self, from: &Path, inside: &str) -> Result<()> {
        done(as_root("cp").arg(from).arg(self.path(inside)))?;
        Ok(())
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        // What is left is in a folder for temporary files.
        let _ = as_root("rm").arg("-rf").arg(self.0.path()).output();
    }
}
