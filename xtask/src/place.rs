//! Where things are: the repository's folders, and the tools.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Returns the repository's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask's manifest is one folder below the repository")
}

/// Returns cargo's target folder, which `CARGO_TARGET_DIR` may move.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Returns the path of a release binary.
pub(crate) fn release_binary(name: &str) -> PathBuf {
    target().join("release").join(name)
}

/// Returns the folder of what somebody installs.
pub(crate) fn packages() -> PathBuf {
    target().join("dist")
}

/// Returns the folder of tools that cargo does not bring.
pub(crate) fn tools() -> PathBuf {
    match std::env::var_os("POSTERN_TOOLS") {
        Some(folder) => root().join(folder),
        None => root().join(".tools"),
    }
}

/// Returns the log file of a tool's installation.
pub(crate) fn install_log(name: &str) -> PathBuf {
    tools().join("log").join(format!("{name}.log"))
}

/// Returns the folder for the built page, which the server embeds.
pub(crate) fn dist() -> PathBuf {
    root().join("frontend/dist")
}

/// Returns `PATH` with the tools' programs before all others.
pub(crate) fn path_with_tools() -> OsString {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(tools().join("bin")).chain(std::env::split_paths(&old));
    std::env::join_paths(folders).unwrap_or(old)
}

/// Returns a path as a person inside the repository would type it.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}
