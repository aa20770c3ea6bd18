//! What a first visit costs: the document of each module, and all that it loads.

use super::index::{ADMIN_DOCUMENT, ENTRY_DOCUMENT, INSIDE_DOCUMENT, LOGIN_DOCUMENT};
use crate::{place, say};
use anyhow::{Context as _, Result, bail};
use shared::routes::Section;
use shared::text::Language;
use std::fs;

/// The most bytes of a first visit of the login page, because people wait for it. Like the others,
/// a little above the current size.
const LOGIN_LIMIT: usize = 90_500;

/// The most bytes of a first visit of another page before the login, of which each is seen once.
const ENTRY_LIMIT: usize = 98_000;

/// The most bytes of a first visit after the login; the login page loads it ahead.
const INSIDE_LIMIT: usize = 169_000;

/// The most bytes of a first visit of an admin's page. Nobody waits for it to log in.
const ADMIN_LIMIT: usize = 205_500;

/// The attributes whose URLs a document loads by itself.
const LOADING: [&str; 4] = ["href", "src", "data-js", "data-wasm"];

/// A file and its sizes in bytes.
struct File {
    /// Its name in the table.
    name: String,
    /// Uncompressed.
    plain: usize,
    /// As browsers receive it.
    brotli: usize,
}

/// One document with everything it loads.
struct Visit {
    /// What it shows.
    what: &'static str,
    /// The most bytes it may cost.
    limit: usize,
    /// The document, then the others.
    files: Vec<File>,
}

/// All of them.
pub(crate) struct Sizes([Visit; 4]);

impl Sizes {
    /// Reads the sizes of the page in `frontend/dist`.
    pub(super) fn measure() -> Result<Self> {
        Ok(Self([
            Visit::measure(
                "the login page",
                LOGIN_DOCUMENT,
                Section::Login,
                LOGIN_LIMIT,
            )?,
            Visit::measure(
                "setup and links",
                ENTRY_DOCUMENT,
                Section::Entry,
                ENTRY_LIMIT,
            )?,
            Visit::measure(
                "the pages behind it",
                INSIDE_DOCUMENT,
                Section::Inside,
                INSIDE_LIMIT,
            )?,
            Visit::measure(
                "the pages of admins",
                ADMIN_DOCUMENT,
                Section::Admin,
                ADMIN_LIMIT,
            )?,
        ]))
    }

    /// Fails if a first visit costs more than allowed.
    pub(crate) fn require_small(&self) -> Result<()> {
        for visit in &self.0 {
            let brotli = visit.brotli();
            if brotli > visit.limit {
                bail!(
                    "a first visit of {} costs {}, the limit is {}: what was added to the frontend?",
                    visit.what,
                    say::kilobytes(brotli),
                    say::kilobytes(visit.limit)
                );
            }
        }
        Ok(())
    }

    /// Returns the tables, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.iter().flat_map(Visit::lines).collect()
    }
}

impl Visit {
    /// Measures a document, what it names, and the words of its section.
    fn measure(what: &'static str, document: &str, section: Section, limit: usize) -> Result<Self> {
        let text = fs::read_to_string(place::dist().join(document))
            .with_context(|| format!("the page has no {document}"))?;
        let mut files = vec![File {
            name: document.to_owned(),
            plain: text.len(),
            // Without the static page, which the server adds: some hundred bytes.
            brotli: super::assets::brotli(text.as_bytes())?.len(),
        }];
        for name in loaded(&text) {
            let size = |name: &str| -> Result<usize> {
                let file = place::dist().join("assets").join(name);
                let metadata = file
                    .metadata()
                    .with_context(|| format!("the page has no {name}"))?;
                Ok(usize::try_from(metadata.len())?)
            };
            files.push(File {
                plain: size(name)?,
                brotli: size(&format!("{name}.br"))?,
                name: name.to_owned(),
            });
        }
        files.push(words(section)?);
        Ok(Self { what, limit, files })
    }

    /// Returns the total cost.
    fn brotli(&self) -> usize {
        self.files.iter().map(|file| file.brotli).sum()
    }

    /// Returns the table.
    fn lines(&self) -> Vec<String> {
        let all = File {
            name: format!("{} in all", self.what),
            plain: self.files.iter().map(|file| file.plain).sum(),
            brotli: self.brotli(),
        };
        let row = |file: &File| {
            format!(
                "  {:<32} {:>9} {:>9} as brotli",
                file.name,
                say::kilobytes(file.plain),
                say::kilobytes(file.brotli)
            )
        };
        self.files.iter().chain([&all]).map(row).collect()
    }
}

/// Returns the words of a section, in the largest language. The server has them.
fn words(section: Section) -> Result<File> {
    let mut heaviest: Option<File> = None;
    for language in Language::all() {
        let table = language.table(section);
        let brotli = super::assets::brotli(table.as_bytes())?.len();
        if heaviest.as_ref().is_none_or(|file| file.brotli < brotli) {
            heaviest = Some(File {
                name: format!("words ({})", language.tag()),
                plain: table.len(),
                brotli,
            });
        }
    }
    heaviest.context("there is no language")
}

/// Returns the names of the assets that a document loads, each once.
fn loaded(document: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (at, _) in document.match_indices("=\"/assets/") {
        let attribute = document[..at].rsplit([' ', '\n']).next();
        let value = document[at..].split('"').nth(1).unwrap_or_default();
        let name = value.trim_start_matches("/assets/");
        if attribute.is_some_and(|name| LOADING.contains(&name)) && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_loaded_later_does_not_count() {
        let document = r#"<link rel="icon" href="/assets/i.svg"><link rel="modulepreload" href="/assets/e.js">
<script src="/assets/boot.js" data-js="/assets/e.js" data-next="/assets/n.js /assets/n.wasm"></script>"#;

        assert_eq!(loaded(document), ["i.svg", "e.js", "boot.js"]);
    }

    #[test]
    fn a_visit_over_its_limit_is_refused() {
        let visit = |limit| Visit {
            what: "the login page",
            limit,
            files: [1_000, 500]
                .map(|brotli| File {
                    name: String::new(),
                    plain: 3_000,
                    brotli,
                })
                .into(),
        };

        let refused =
            Sizes([visit(1_500), visit(1_500), visit(1_500), visit(1_499)]).require_small();

        assert!(Sizes([1_500; 4].map(visit)).require_small().is_ok());
        assert!(refused.unwrap_err().to_string().contains("the limit is"));
    }
}
