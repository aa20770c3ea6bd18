//! Files named by their content, with their compressed forms.

use crate::hex::hex;
use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// How many digits of the hash are in a name: 40 bits, for the versions of a few files.
const DIGITS: usize = 10;

/// The page's files but `index.html`.
#[derive(Default)]
pub(super) struct Assets {
    /// Name and content.
    files: Vec<(String, Vec<u8>)>,
}

impl Assets {
    /// Adds a file and returns its path for browsers.
    pub(super) fn add(&mut self, name: &str, content: Vec<u8>) -> String {
        let name = hashed_name(name, &content);
        let url = format!("/assets/{name}");
        if !self.files.iter().any(|(known, _)| *known == name) {
            self.files.push((name, content));
        }
        url
    }

    /// Writes them all, plain and compressed, into `folder/assets`.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let folder = folder.join("assets");
        fs::create_dir_all(&folder)?;
        for (name, content) in &self.files {
            let write = |ending: &str, bytes: &[u8]| {
                fs::write(folder.join(format!("{name}{ending}")), bytes)
                    .with_context(|| format!("{name}{ending} cannot be written"))
            };
            write("", content)?;
            write(".br", &brotli(content)?)?;
            write(".gz", &gzip(content)?)?;
        }
        Ok(())
    }
}

/// Puts a content's hash into a file's name: `style.css` becomes `style-0123456789.css`.
fn hashed_name(name: &str, content: &[u8]) -> String {
    let hash = short_hash(content);
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}-{hash}.{ending}"),
        None => format!("{name}-{hash}"),
    }
}

/// Returns the beginning of a content's hash, as names have it.
pub(super) fn short_hash(content: &[u8]) -> String {
    let mut hash = hex(&Sha256::digest(content));
    hash.truncate(DIGITS);
    hash
}

/// Compresses with brotli at its best level: it is done once, and sent often.
pub(crate) fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    // 22 is the widest window that every browser supports.
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 11, 22);
    writer.write_all(content)?;
    Ok(writer.into_inner())
}

/// Compresses for browsers without brotli.
fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(content)?;
    Ok(writer.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn the_name_follows_the_content() {
        assert_eq!(
            hashed_name("style.css", b"a"),
            hashed_name("style.css", b"a")
        );
        assert_ne!(
            hashed_name("style.css", b"a"),
            hashed_name("style.css", b"b")
        );
        assert_eq!(
            hashed_name("boot.min.js", b"").len(),
            "boot.min.js".len() + DIGITS + 1
        );
        assert!(hashed_name("boot.min.js", b"").starts_with("boot.min-"));
    }

    #[test]
    fn compressed_forms_hold_the_content() {
        let content = b"Log in. ".repeat(1000);

        let (mut from_brotli, mut from_gzip) = (Vec::new(), Vec::new());
        brotli::Decompressor::new(&brotli(&content).unwrap()[..], 4096)
            .read_to_end(&mut from_brotli)
            .unwrap();
        flate2::read::GzDecoder::new(&gzip(&content).unwrap()[..])
            .read_to_end(&mut from_gzip)
            .unwrap();

        assert_eq!(from_brotli, content);
        assert_eq!(from_gzip, content);
    }
}
