//! SHA-256 sums, as `sha256sum --check` reads them.

use crate::hex::hex;
use anyhow::Result;
use sha2::{Digest as _, Sha256};
use std::path::Path;

/// Returns the digest of bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Returns a line for each file of a folder, by name; `SHA256SUMS` itself is left out.
pub(crate) fn sums(folder: &Path) -> Result<String> {
    let mut names = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>>>()?;
    names.retain(|name| name != FILE && folder.join(name).is_file());
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let bytes = std::fs::read(folder.join(&name))?;
            Ok(format!("{}  {name}\n", sha256(&bytes)))
        })
        .collect()
}

/// The file of the sums.
pub(crate) const FILE: &str = "SHA256SUMS";
