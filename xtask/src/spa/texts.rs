//! The tables of the page's texts, compressed for the server, which has them in the clear.

use super::assets::{brotli, short_hash};
use anyhow::{Context as _, Result};
use shared::routes::Section;
use shared::text::Language;
use std::fs;
use std::path::Path;

/// Writes them into `folder/texts`, each named by the hash of its content: the server finds none that says
/// anything else than its own.
pub(super) fn write(folder: &Path) -> Result<()> {
    let folder = folder.join("texts");
    fs::create_dir_all(&folder)?;
    for section in Section::WITH_TEXTS {
        for language in Language::all() {
            let table = language.table(section);
            let path = folder.join(format!("{}.br", short_hash(table.as_bytes())));
            fs::write(&path, brotli(table.as_bytes())?)
                .with_context(|| format!("{} cannot be written", path.display()))?;
        }
    }
    Ok(())
}
