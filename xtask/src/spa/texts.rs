//! The tables of the page's texts, compressed for the server, which has them in the clear.

use crate::hex::hex;
use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use shared::routes::Section;
use shared::text::Language;
use std::fs;
use std::path::Path;

/// How many digits the server has of a table's hash.
const DIGITS: usize = 10;

/// Writes them into `folder/texts`, each named by the hash of its content: the server finds none that says
/// anything else than its own.
pub(super) fn write(folder: &Path) -> Result<()> {
    let folder = folder.join("texts");
    fs::create_dir_all(&folder)?;
    for section in [Section::Login, Section::Entry, Section::Inside] {
        for language in Language::all() {
            let table = language.table(section);
            let hash = hex(&Sha256::digest(&table));
            let path = folder.join(format!("{}.br", &hash[..DIGITS]));
            fs::write(&path, super::assets::brotli(table.as_bytes())?)
                .with_context(|| format!("{} cannot be written", path.display()))?;
        }
    }
    Ok(())
}
