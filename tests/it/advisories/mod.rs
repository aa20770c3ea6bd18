//! Known attacks on other products, tried on this one: a test for each advisory of the table in
//! `README.md`.

mod state;
mod sessions;
mod cookies;
mod email;
mod accounts;
mod tokens;
pub(crate) mod outbound;
mod payloads;
mod open_redirect;
mod pages;
mod limits;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{read_dir, read_to_string};

use tests::places::workspace;

/// The rows of the table, numbered from 1.
const ROWS: usize = 58;

/// A row of the table.
struct Row<'a> {
    number: usize,
    /// The advisories, as they are called.
    ids: BTreeSet<&'a str>,
    /// The tests, by module and name below `tests/it`.
    tests: Vec<&'a str>,
    /// The last cell whole.
    answer: &'a str,
}

/// Returns what the backticks of a cell hold.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

fn rows(readme: &str) -> Vec<Row<'_>> {
    let lines = readme.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = lines.map(|line| line.trim_end_matches(" |").split(" | ").collect::<Vec<_>>());
    cells
        .filter_map(|cells| {
            let [number, ids, _, answer] = cells[..] else {
                return None;
            };
            Some(Row {
                number: number.parse().ok()?,
                ids: ids.split(", ").collect(),
                tests: quoted(answer).filter(|word| word.contains("::")).collect(),
                answer,
            })
        })
        .collect()
}

/// Returns an advisory's id as names of tests have it.
fn as_name(id: &str) -> String {
    id.to_lowercase().replace('-', "_")
}

/// Returns the names of the tests in a file's text.
fn tests_in(source: &str) -> BTreeSet<String> {
    let attributed = source
        .split("#[tokio::test")
        .chain(source.split("#[test]"))
        .skip(1);
    attributed
        .filter_map(|rest| rest.split_once("fn ")?.1.split_once('('))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// Returns every test of this folder, of `door` and of `secrets.rs` that is named for an advisory, by
/// its path below `tests/it`.
fn named_tests() -> BTreeMap<String, String> {
    let folder = workspace().join("tests/it");
    let mut files = vec![("secrets".to_owned(), folder.join("secrets.rs"))];
    for module in ["advisories", "door"] {
        for entry in read_dir(folder.join(module)).expect("a folder").flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                files.push((format!("{module}::{stem}"), path));
            }
        }
    }
    let mut named = BTreeMap::new();
    for (module, path) in files {
        let source = read_to_string(path).expect("a source file");
        for test in tests_in(&source) {
            if test.starts_with("cve_") || test.starts_with("ghsa_") {
                named.insert(format!("{module}::{test}"), test);
            }
        }
    }
    named
}

#[test]
fn every_row_of_the_table_has_its_test_or_says_why_not() {
    let readme = read_to_string(workspace().join("tests/it/advisories/README.md")).unwrap();
    let rows = rows(&readme);
    let named = named_tests();

    let numbers: Vec<usize> = rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=ROWS).collect::<Vec<_>>());
    for row in &rows {
        let cannot = row.answer.starts_with("cannot apply: ");
        assert_eq!(
            row.tests.is_empty(),
            cannot,
            "row {}: {}",
            row.number,
            row.answer
        );
        for test in &row.tests {
            let name = named.get(*test);
            let name = name.unwrap_or_else(|| panic!("row {}: no test {test}", row.number));
            let is_own = row.ids.iter().any(|id| name.starts_with(&as_name(id)));
            assert!(
                is_own,
                "row {}: {test} is named for none of its advisories",
                row.number
            );
        }
    }
    let listed: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| row.tests.iter().copied())
        .collect();
    let unlisted = named.keys().find(|test| !listed.contains(test.as_str()));
    assert_eq!(unlisted, None, "the table lacks it");
}

#[test]
fn every_attack_on_the_door_names_tests_that_exist() {
    let folder = workspace().join("tests/it");
    let readme = read_to_string(folder.join("advisories/README.md")).unwrap();
    let (_, attacks) = readme.split_once("\n## Attacks on the door\n").unwrap();
    let rows = attacks.lines().filter(|line| line.starts_with("| "));
    let mut named = 0;
    for row in rows.skip(1) {
        let (_, tests) = row.rsplit_once(" | ").expect("a row of two cells");
        for test in quoted(tests) {
            let (module, name) = test.rsplit_once("::").expect("a path");
            let path = folder.join(module.replace("::", "/")).with_extension("rs");
            let source = read_to_string(&path).unwrap_or_else(|_| panic!("{test}: no such file"));
            let is_there = source.contains(&format!("fn {name}("));
            assert!(is_there, "{test} does not exist");
            named += 1;
        }
    }
    assert!(named > 20, "only {named} tests are named");
}
