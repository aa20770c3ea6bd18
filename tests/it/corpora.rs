//! The corpora of the fuzz targets, replayed with a stable compiler, and their near neighbors.

use std::collections::BTreeSet;
use std::fs::{read, read_dir};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use properties::{ALL, Property};
use tests::places::workspace;

/// How many neighbors of each file are tried.
const NEIGHBORS: u64 = 24;
/// The most files that a committed corpus may have, and the most bytes all have together: every
/// test run reads them.
const MOST_FILES: usize = 100;
/// See [`MOST_FILES`].
const MOST_BYTES: usize = 300 * 1024;

/// Returns the files of a folder in `fuzz/`, sorted.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = workspace().join("fuzz").join(folder);
    let entries = read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a folder that can be read").path())
        .collect();
    files.sort();
    files
}

/// Returns a corpus: each file's name and content. What a fuzzer has found meanwhile is left out,
/// as it is by git: 40 hex digits name it.
fn corpus(property: &Property) -> Vec<(String, Vec<u8>)> {
    let name = |path: &Path| {
        path.file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    };
    let is_found = |name: &str| name.len() == 40 && name.bytes().all(|b| b.is_ascii_hexdigit());
    files(&format!("corpus/{}", property.name))
        .iter()
        .map(|path| (name(path), read(path).expect("a file that can be read")))
        .filter(|(name, _)| !is_found(name))
        .collect()
}

/// Checks the property, and names the file if it does not hold.
fn check(property: &Property, file: &str, data: &[u8]) -> bool {
    catch_unwind(|| (property.check)(data)).unwrap_or_else(|_| {
        let text = data.escape_ascii();
        panic!("{} does not hold of {file}: b\"{text}\"", property.name)
    })
}

/// Random numbers that are the same every time.
struct Dice(u64);

impl Dice {
    /// Returns a number below `sides`; 0 if there are none.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % sides.max(1)
    }

    /// Changes a few bytes, or takes a part of another file in.
    fn disturb(&mut self, data: &[u8], other: &[u8]) -> Vec<u8> {
        let mut data = data.to_vec();
        for _ in 0..=self.roll(3) {
            let place = self.roll(data.len());
            let byte = u8::try_from(self.roll(256)).expect("less than 256");
            match self.roll(6) {
                0 if !data.is_empty() => data[place] = byte,
                1 if !data.is_empty() => data[place] ^= 1 << (byte % 8),
                2 if !data.is_empty() => drop(data.remove(place)),
                3 => data.truncate(place),
                4 => data.extend_from_slice(&other[self.roll(other.len())..]),
                _ => data.insert(place, byte),
            }
        }
        data
    }
}

/// Replays a corpus, and tries what is near to it.
fn replay(property: &Property) {
    let corpus = corpus(property);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);

    let taken = corpus
        .iter()
        .filter(|(file, data)| check(property, file, data))
        .count();
    for (file, data) in &corpus {
        for _ in 0..NEIGHBORS {
            let (_, other) = &corpus[dice.roll(corpus.len())];
            check(property, file, &dice.disturb(data, other));
        }
    }

    let all = corpus.len();
    assert!(
        taken > 0 && taken < all,
        "{}: {taken} of {all} files are taken, which shows nothing",
        property.name
    );
}

#[test]
fn callback_queries() {
    replay(&properties::CALLBACK_QUERY);
}

#[test]
fn cookies() {
    replay(&properties::COOKIES);
}

#[test]
fn id_tokens() {
    replay(&properties::ID_TOKEN);
}

#[test]
fn logout_tokens() {
    replay(&properties::LOGOUT_TOKEN);
}

#[test]
fn discovery_documents() {
    replay(&properties::DISCOVERY);
}

#[test]
fn key_sets() {
    replay(&properties::JWKS);
}

#[test]
fn next_parameters() {
    replay(&properties::NEXT);
}

#[test]
fn emails() {
    replay(&properties::EMAIL);
}

#[test]
fn configurations() {
    replay(&properties::CONFIGURATION);
}

#[test]
fn path_rules() {
    replay(&properties::PATH_RULES);
}

#[test]
fn forwarded_headers() {
    replay(&properties::FORWARDED_HEADERS);
}

#[test]
fn every_property_has_a_fuzz_target_and_a_small_corpus() {
    let stems = |folder: &str| -> BTreeSet<String> {
        let stem = |path: PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
        files(folder).into_iter().map(stem).collect()
    };

    let sizes = ALL.map(|property| {
        let corpus = corpus(&property);
        assert!(
            corpus.len() <= MOST_FILES,
            "{}: {}",
            property.name,
            corpus.len()
        );
        corpus.iter().map(|(_, data)| data.len()).sum::<usize>()
    });

    let names: BTreeSet<String> = ALL.map(|property| property.name.to_owned()).into();
    assert_eq!(stems("fuzz_targets"), names);
    assert_eq!(stems("corpus"), names);
    assert_eq!(stems("dictionaries"), names);
    assert!(sizes.iter().sum::<usize>() <= MOST_BYTES, "{sizes:?}");
}
