//! Files for their owner alone. None is opened through a symbolic link that somebody else may have
//! laid in its place, and those that root makes belong to whom the folder belongs: the server may be
//! somebody else, and could not read them.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::Path;

use rustix::fs::OFlags;

/// Returns how such a file is opened; whether it is read, written or made is for the caller to add.
pub(crate) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}

/// Makes the file with these options, and gives it to whom its folder belongs; `None` if it is there
/// already.
pub(crate) fn create_new(options: &OpenOptions, path: &Path) -> io::Result<Option<File>> {
    let made = options.clone().create_new(true).open(path);
    let file = match made {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
        made => made?,
    };
    // Nobody but root can, and nobody but root needs to.
    if let Ok(folder) = std::fs::metadata(folder_of(path)) {
        let _ = fchown(&file, Some(folder.uid()), Some(folder.gid()));
    }
    Ok(Some(file))
}

/// Makes the folder, for its owner alone, where it is not there yet.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Returns the folder that a file is in, or is to be in.
pub(crate) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
