//! Archives that are the same bytes each time: files in the order given, of root, with one time.

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A file in an archive or a package.
pub(crate) struct Entry {
    /// Its path, relative to the archive's root.
    pub(crate) path: PathBuf,
    /// Who may do what, as `chmod` writes it.
    pub(crate) mode: u32,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
}

impl Entry {
    /// A file that everybody may read.
    pub(crate) fn file(path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            mode: 0o644,
            bytes: bytes.into(),
        }
    }

    /// A program.
    pub(crate) fn program(path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            mode: 0o755,
            ..Self::file(path, bytes)
        }
    }
}

/// Who owns the entries of an archive.
#[derive(Clone, Copy)]
pub(crate) struct Owner(pub(crate) u64);

/// Root.
pub(crate) const ROOT: Owner = Owner(0);

/// An archive in the making.
pub(crate) struct Archive {
    builder: ::tar::Builder<Vec<u8>>,
    /// The time of all entries, in seconds of Unix.
    time: u64,
    folders: BTreeSet<PathBuf>,
}

impl Archive {
    /// An empty one.
    pub(crate) fn new(time: u64) -> Self {
        Self {
            builder: ::tar::Builder::new(Vec::new()),
            time,
            folders: BTreeSet::new(),
        }
    }

    /// Adds a folder, and before it those that it is in.
    pub(crate) fn folder(&mut self, path: &Path, mode: u32, owner: Owner) -> Result<()> {
        if path.as_os_str().is_empty() || !self.folders.insert(path.to_owned()) {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            self.folder(parent, 0o755, ROOT)?;
        }
        let mut header = self.header(mode, owner);
        header.set_entry_type(::tar::EntryType::Directory);
        header.set_size(0);
        Ok(self.builder.append_data(
            &mut header,
            format!("{}/", path.display()),
            std::io::empty(),
        )?)
    }

    /// Adds a file of root, and before it the folders that it is in.
    pub(crate) fn file(&mut self, entry: &Entry) -> Result<()> {
        if let Some(parent) = entry.path.parent() {
            self.folder(parent, 0o755, ROOT)?;
        }
        let mut header = self.header(entry.mode, ROOT);
        header.set_size(entry.bytes.len() as u64);
        Ok(self
            .builder
            .append_data(&mut header, &entry.path, entry.bytes.as_slice())?)
    }

    /// Returns the archive's bytes.
    pub(crate) fn finish(self) -> Result<Vec<u8>> {
        Ok(self.builder.into_inner()?)
    }

    fn header(&self, mode: u32, Owner(owner): Owner) -> ::tar::Header {
        let mut header = ::tar::Header::new_gnu();
        header.set_mode(mode);
        header.set_uid(owner);
        header.set_gid(owner);
        header.set_mtime(self.time);
        header
    }
}

/// Compresses by gzip, without a name and a time in it.
pub(crate) fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut encoder, bytes)?;
    Ok(encoder.finish()?)
}
