//! Compares the documents and the direction of dependencies with the code itself.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

use postern::config::{VARIABLES, markdown_table};
use shared::api::ENDPOINTS;
use shared::failure::FailureCode;
use shared::routes::{self, Section, without_last_slash};
use tests::places::workspace;

/// The most lines that ARCHITECTURE.md may have: more is not read.
const MOST_LINES: usize = 150;

/// The most lines of the README: it is one screen, and the rest is in `docs`.
const MOST_README_LINES: usize = 110;

/// Endings by which a word in backticks is known for a file of this repository.
const ENDINGS: [&str; 9] = ["rs", "toml", "md", "html", "css", "js", "mjs", "py", "svg"];

/// Files of the server that are rules alone: no database, no HTTP.
const PURE: [&str; 11] = [
    "account.rs",
    "audit.rs",
    "failure/cause.rs",
    "failure/remedy.rs",
    "message.rs",
    "user_agent.rs",
    "login/attempt.rs",
    "login/decide.rs",
    "login/role.rs",
    "return_to.rs",
    "session.rs",
];

/// Reads a file of the workspace.
pub(crate) fn read(path: impl AsRef<Path>) -> String {
    let path = workspace().join(path);
    read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the files below a folder of the workspace, in any order.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut folders = vec![workspace().join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in
            read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        {
            let path = entry.expect("a folder that can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{folder} is empty");
    found
}

/// Returns the first cells of a document's table rows, less their backticks.
fn first_cells(document: &str) -> BTreeSet<&str> {
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| Some(row.split_once('`')?.0))
        .collect()
}

/// Fails if a file names one of the words.
fn names_none_of(path: &Path, words: &[&str]) {
    let text = read(path);
    for (number, line) in text.lines().enumerate() {
        let named = words.iter().find(|word| line.contains(**word));
        assert!(named.is_none(), "{}:{}: {line}", path.display(), number + 1);
    }
}

#[test]
fn settings_page_has_the_table_of_settings() {
    let table = markdown_table();
    assert!(
        read("docs/settings.md").contains(&table),
        "docs/settings.md should have\n\n{table}"
    );
}

#[test]
fn settings_page_has_a_row_for_every_setting_and_no_other() {
    let page = read("docs/settings.md");

    let rows = first_cells(&page);

    assert_eq!(
        rows,
        VARIABLES.iter().map(|variable| variable.name).collect()
    );
}

#[test]
fn errors_page_has_a_row_for_every_login_error_and_no_other() {
    let page = read("docs/errors.md");

    let rows = first_cells(&page);

    assert_eq!(
        rows,
        FailureCode::ALL.iter().map(|code| code.as_str()).collect()
    );
}

#[test]
fn http_page_has_the_table_of_endpoints() {
    let table = endpoint_table();
    assert!(
        read("docs/http.md").contains(&table),
        "docs/http.md should have\n\n{table}"
    );
}

/// Returns the table of endpoints.
fn endpoint_table() -> String {
    let mut table = "| route | who | does | its own errors |\n|---|---|---|---|\n".to_owned();
    for endpoint in ENDPOINTS {
        let query = match endpoint.query {
            [] => String::new(),
            names => format!("{{?{}}}", names.join(",")),
        };
        let codes = endpoint
            .errors
            .iter()
            .map(|code| format!("`{}`", code.as_str()));
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            table,
            "| {} `{}{query}` | {} | {} | {} |",
            endpoint.method.as_str(),
            endpoint.path,
            endpoint.caller,
            endpoint.summary.trim(),
            codes.collect::<Vec<_>>().join(", "),
        );
    }
    table
}

/// Returns the paths of the documents for people: those at the top, and those in `docs`.
pub(crate) fn documents() -> Vec<PathBuf> {
    let of = |folder: &str| {
        let entries = read_dir(workspace().join(folder)).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let paths = names.map(|name| Path::new(folder).join(name));
        let pages = paths.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
        pages.collect::<Vec<_>>()
    };
    let all = [of(""), of("docs")].concat();
    assert!(all.len() > 10, "only {all:?}");
    all
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    for document in documents() {
        let text = read(&document);
        let folder = document.parent().expect("a folder");
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once(')')?.0))
        {
            if link.contains("://") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() {
                document.clone()
            } else {
                folder.join(path)
            };
            assert!(
                workspace().join(&target).exists(),
                "{} links to {link}",
                document.display()
            );
            let has_heading = || {
                read(&target)
                    .lines()
                    .any(|line| is_heading_of(line, anchor))
            };
            assert!(
                anchor.is_empty() || has_heading(),
                "{} links to {link}",
                document.display()
            );
        }
    }
}

/// Returns true if the line is the heading that the anchor names.
fn is_heading_of(line: &str, anchor: &str) -> bool {
    let heading = line.trim_start_matches('#').trim().to_lowercase();
    let words = heading.split_whitespace().collect::<Vec<_>>().join("-");
    let made = words
        .chars()
        .filter(|c| c.is_alphanumeric() || "-_".contains(*c));
    line.starts_with('#') && made.eq(anchor.chars())
}

#[test]
fn architecture_is_short_and_names_files_that_exist() {
    let text = read("ARCHITECTURE.md");
    // A heading may name a folder, from which the paths below it lead on.
    let mut folder = PathBuf::new();
    let mut named = 0;

    for line in text.lines() {
        if line.starts_with('#') {
            folder.clear();
        }
        let words = line
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|word| is_path(word));
        for word in words {
            let is_there = |base: &Path| workspace().join(base).join(word).exists();
            assert!(
                is_there(&folder) || is_there(Path::new("")),
                "{word} does not exist"
            );
            if line.starts_with('#') {
                folder = PathBuf::from(word);
            }
            named += 1;
        }
    }

    assert!(named > 50, "only {named} files are named");
    let lines = text.lines().count();
    assert!(
        lines <= MOST_LINES,
        "ARCHITECTURE.md has {lines} lines, not {MOST_LINES}"
    );
}

#[test]
fn readme_is_short_and_leads_to_every_page() {
    let readme = read("README.md");

    let lines = readme.lines().count();
    assert!(lines <= MOST_README_LINES, "README.md has {lines} lines");
    for page in documents() {
        let link = format!("]({})", page.display());
        let is_readme = page == Path::new("README.md");
        let is_beside = page == Path::new("SECURITY.md");
        assert!(
            is_readme || is_beside || readme.contains(&link),
            "README.md does not link to {}",
            page.display()
        );
    }
}

/// Returns true if a word in backticks names a file, or, with a slash at its end, a folder.
fn is_path(word: &str) -> bool {
    let is_plain = word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let has_ending = word
        .rsplit_once('.')
        .is_some_and(|(_, ending)| ENDINGS.contains(&ending));
    is_plain && !word.starts_with('/') && (word.ends_with('/') || has_ending)
}

#[test]
fn rules_know_neither_database_nor_http() {
    for file in PURE {
        names_none_of(&Path::new("backend/src").join(file), &["sqlx", "axum"]);
    }
}

#[test]
fn shared_knows_no_framework() {
    for file in files("shared") {
        names_none_of(&file, &["axum", "leptos", "sqlx"]);
    }
}

#[test]
fn page_fetches_in_one_file() {
    for file in files("frontend/src") {
        if !file.ends_with("src/api.rs") {
            names_none_of(&file, &["gloo_net", "fetch_with", "XmlHttpRequest"]);
        }
    }
}

/// `trunk serve` has no server that could tell the boot script.
#[test]
fn boot_script_knows_the_pages_before_the_login() {
    let script = read("frontend/boot.js");
    let (_, list) = script.split_once("isEntry = [").unwrap();
    let (list, _) = list.split_once(']').unwrap();

    let listed: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();

    let source = read("shared/src/routes.rs");
    let paths = source.split('"').filter(|text| text.starts_with('/'));
    let entries = paths.filter(|path| {
        !path.starts_with("/api/")
            && *path == without_last_slash(path)
            && matches!(routes::section(path), Section::Login | Section::Entry)
    });
    assert_eq!(listed, entries.collect());
}

#[test]
fn server_has_no_http_client_but_that_of_the_relying_party() {
    for file in files("backend/src") {
        names_none_of(&file, &["reqwest"]);
    }
}

#[test]
fn relying_party_knows_neither_server_nor_store() {
    for file in files("crates/oidc") {
        names_none_of(&file, &["use postern", "axum", "sqlx"]);
    }
}

#[test]
fn sql_is_in_the_folder_store() {
    for file in files("backend/src") {
        if !file.components().any(|part| part.as_os_str() == "store") {
            names_none_of(&file, &["sqlx::"]);
        }
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |database: &str| -> BTreeSet<_> {
        let files = files(&format!("backend/migrations/{database}"));
        files
            .iter()
            .filter_map(|file| Some(file.file_name()?.to_owned()))
            .collect()
    };

    assert_eq!(names("sqlite"), names("postgres"));
}

/// Returns the cells of a table's rows, those of its head and of its rule left out.
fn rows(document: &str) -> Vec<Vec<&str>> {
    let lines = document.lines().filter(|line| line.starts_with("| "));
    let rows = lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect());
    rows.filter(|row: &Vec<&str>| !matches!(row[0], "module" | "what the OP does"))
        .collect()
}

/// Returns the words in backticks.
fn in_backticks(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Returns the names of a file's asynchronous tests.
fn async_tests(path: &str) -> BTreeSet<String> {
    let text = read(path);
    let heads = text.split("#[tokio::test]").skip(1);
    let names = heads.filter_map(|rest| rest.split_once("async fn ")?.1.split_once('('));
    names.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn list_of_conformance_modules_has_every_test_and_no_other() {
    let page = read("tests/it/oidf/README.md");
    let (suite, _) = page.split_once("\n## Beyond the suite\n").unwrap();
    let mut named: BTreeSet<(String, String)> = BTreeSet::new();
    for row in rows(suite) {
        let test = row[0].trim_matches('`').replace('-', "_");
        assert!(
            row[1] != "none" || row[2].starts_with("cannot apply: "),
            "{test} has neither test nor reason"
        );
        named.extend(in_backticks(row[1]).map(|file| (file.to_owned(), test.clone())));
    }

    let mut there = BTreeSet::new();
    for path in files("tests/it/oidf") {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap();
        let Some(stem) = name.strip_suffix(".rs") else {
            continue;
        };
        let tests = async_tests(&format!("tests/it/oidf/{name}"));
        // A file may have more than the suite; those go by other names.
        let tests = tests.into_iter().filter(|test| test.starts_with("oidcc_"));
        there.extend(tests.map(|test| (stem.to_owned(), test)));
    }

    assert_eq!(named, there);
}

#[test]
fn list_of_what_is_beyond_the_suite_names_tests_that_exist() {
    let page = read("tests/it/oidf/README.md");
    let (_, beyond) = page.split_once("\n## Beyond the suite\n").unwrap();
    let mut named = 0;

    for row in rows(beyond) {
        for test in in_backticks(row[1]) {
            let (file, name) = test.split_once("::").unwrap();
            let tests = async_tests(&format!("tests/it/misbehaving_op/{file}.rs"));
            assert!(tests.contains(name), "{test} does not exist");
            named += 1;
        }
    }

    assert!(named > 40, "only {named} tests are named");
}
