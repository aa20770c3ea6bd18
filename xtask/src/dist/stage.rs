//! A folder that looks as the root of a machine will once a package is installed.

use super::tar::Entry;
use anyhow::{Context as _, Result};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The folder.
pub(crate) struct Stage(PathBuf);

impl Stage {
    /// Makes it, empty.
    pub(crate) fn empty(folder: &Path) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        open_to_all(folder)?;
        Ok(Self(folder.to_owned()))
    }

    /// Returns where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    /// Writes a file, whatever the umask is.
    pub(crate) fn write(&self, entry: &Entry) -> Result<()> {
        let mut folder = self.0.clone();
        for part in entry.path.parent().into_iter().flat_map(Path::components) {
            folder.push(part);
            if !folder.is_dir() {
                fs::create_dir(&folder)?;
                open_to_all(&folder)?;
            }
        }
        let path = self.0.join(&entry.path);
        fs::write(&path, &entry.bytes)
            .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(entry.mode)))
            .with_context(|| format!("{} cannot be written", path.display()))
    }
}

fn open_to_all(folder: &Path) -> Result<()> {
    Ok(fs::set_permissions(folder, Permissions::from_mode(0o755))?)
}
