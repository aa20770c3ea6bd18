//! Rights on the data folder, for whoever reads why something could not be read or written.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};
use rustix::process::{getegid, geteuid};

/// Returns what keeps this process from writing to a folder or to one of the files in it, and the
/// command that helps. `None` if the rights are no obstacle.
#[must_use]
pub(crate) fn obstacle(folder: &Path, files: &[&Path]) -> Option<String> {
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let shown = folder.display();
    // What is no folder is no matter of rights, and is told as what it is.
    let parents: Vec<&Path> = folder
        .ancestors()
        .skip(1)
        .filter(|parent| parent.is_dir())
        .collect();
    let mut from_the_root = parents.into_iter().rev();
    if let Some(closed) = from_the_root.find_map(|parent| refused(parent, Access::EXEC_OK)) {
        return Some(format!(
            "{closed}, above the data folder. Fix: let the user enter it, or name another folder in \
             DATA_DIR"
        ));
    }
    let existing = nearest(&folder);
    if existing != folder {
        let parent = refused(&existing, Access::WRITE_OK)?;
        return Some(format!(
            "{parent}. Fix: mkdir -p {shown} && chown {user}:{group} {shown}"
        ));
    }
    let is_closed = refused(&folder, Access::WRITE_OK | Access::EXEC_OK);
    let mut files = files.iter();
    let closed = is_closed
        .or_else(|| files.find_map(|file| refused(file, Access::READ_OK | Access::WRITE_OK)))?;
    Some(format!("{closed}. Fix: chown -R {user}:{group} {shown}"))
}

/// Says whose a folder or a file is, and that it is closed to this process; `None` if it is not, or
/// not for its rights: what is mounted read-only is no matter of those.
fn refused(path: &Path, wanted: Access) -> Option<String> {
    let metadata = std::fs::metadata(path).ok()?;
    match access(path, wanted) {
        Err(rustix::io::Errno::ACCESS | rustix::io::Errno::PERM) => Some(format!(
            "user {} may not {} {}, which belongs to user {} (mode {:04o})",
            geteuid().as_raw(),
            if wanted == Access::EXEC_OK {
                "enter"
            } else {
                "write to"
            },
            path.display(),
            metadata.uid(),
            metadata.mode() & 0o7777
        )),
        _ => None,
    }
}

/// Returns the nearest parent folder that exists, or the folder itself.
#[must_use]
pub(crate) fn nearest(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let found = absolute.ancestors().find(|folder| folder.exists());
    found.unwrap_or(Path::new("/")).to_owned()
}
