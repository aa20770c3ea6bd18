//! Whether the page has to be rebuilt: a hash of its inputs, and one of the result.

use crate::hex::hex;
use crate::place;
use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// The page's inputs, relative to the repository; folders count completely.
const SOURCES: [&str; 8] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "rust-toolchain.toml",
    "frontend",
    "shared",
    "xtask/Cargo.toml",
    "xtask/src/spa",
];

/// Returns the hash of the page's inputs.
///
/// `tools` names the programs that shrink it.
pub(crate) fn hash(tools: &str) -> Result<String> {
    let root = place::root();
    let mut files = Vec::new();
    for source in SOURCES {
        list(&root.join(source), &mut files)?;
    }
    hash_of(root, files, tools)
}

/// Returns the hash of `frontend/dist`; `None` if there is no page in it.
pub(crate) fn dist_hash() -> Option<String> {
    let dist = place::dist();
    let mut files = Vec::new();
    list(&dist, &mut files).ok()?;
    files
        .contains(&dist.join("index.html"))
        .then(|| hash_of(&dist, files, "").ok())?
}

/// Returns the hash of the built page if it was built from these inputs and is complete.
pub(crate) fn up_to_date(inputs: &str) -> Option<String> {
    let hash = dist_hash()?;
    let remembered = fs::read_to_string(stamp()).ok()?;
    (remembered == format!("{inputs}\n{hash}\n")).then_some(hash)
}

/// Records what the page was built from.
pub(crate) fn remember(inputs: &str, hash: &str) -> Result<()> {
    fs::write(stamp(), format!("{inputs}\n{hash}\n")).context("target/spa cannot be written")
}

/// Where that is recorded: not in `frontend/dist`, all of which is embedded.
fn stamp() -> PathBuf {
    place::target().join("spa/stamp")
}

/// Lists a file, or all files in a folder except build results.
fn list(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let unreadable = || format!("{} cannot be read", place::shown(path));
    if !path.is_dir() {
        path.symlink_metadata().with_context(unreadable)?;
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?.path();
        let name = entry
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let is_built = path.ends_with("frontend") && name == "dist";
        // Hidden ones belong to an editor, or to a build in progress.
        if !is_built && !name.starts_with('.') {
            list(&entry, files)?;
        }
    }
    Ok(())
}

/// Hashes files by name and content, in the order of their names.
fn hash_of(root: &Path, mut files: Vec<PathBuf>, extra: &str) -> Result<String> {
    files.sort();
    let mut hash = Sha256::new_with_prefix(extra);
    for file in files {
        let content =
            fs::read(&file).with_context(|| format!("{} cannot be read", place::shown(&file)))?;
        // Each part is hashed on its own, so that no content can pass for a name.
        hash.update(Sha256::digest(
            file.strip_prefix(root)
                .unwrap_or(&file)
                .as_os_str()
                .as_encoded_bytes(),
        ));
        hash.update(Sha256::digest(content));
    }
    Ok(hex(&hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes a folder of the given files.
    fn hash_files(files: &[(&str, &str)]) -> String {
        // Two tests may hash the same files at the same time, each in a thread of its own.
        let (process, thread) = (std::process::id(), std::thread::current().id());
        let folder = std::env::temp_dir().join(format!("xtask-inputs-{process}-{thread:?}"));
        fs::create_dir_all(folder.join("frontend/dist")).unwrap();
        for (name, content) in files {
            fs::write(folder.join("frontend").join(name), content).unwrap();
        }
        let mut found = Vec::new();
        list(&folder, &mut found).unwrap();
        let hash = hash_of(&folder, found, "").unwrap();
        fs::remove_dir_all(&folder).unwrap();
        hash
    }

    #[test]
    fn the_same_files_have_the_same_hash() {
        let files = [("a", "1"), ("b", "2")];
        let turned = [("b", "2"), ("a", "1")];

        assert_eq!(hash_files(&files), hash_files(&turned));
    }

    #[test]
    fn names_and_contents_both_count() {
        let hash = hash_files(&[("a", "1"), ("b", "2")]);

        assert_ne!(hash, hash_files(&[("a", "1"), ("b", "3")]));
        assert_ne!(hash, hash_files(&[("a", "1"), ("c", "2")]));
        assert_ne!(hash, hash_files(&[("a", "2"), ("b", "1")]));
    }

    #[test]
    fn what_is_built_does_not_count() {
        let hash = hash_files(&[("a", "1")]);

        assert_eq!(
            hash,
            hash_files(&[("a", "1"), ("dist/page", "x"), (".swap", "y")])
        );
    }
}
