//! Holds `docs/applications.md` against the settings.

use std::collections::BTreeMap;
use std::fs::read_to_string;

use postern::config::{Config, VARIABLES};
use tests::places::workspace;

/// The recipes that people look for.
const RECIPES: [&str; 10] = [
    "Grafana",
    "Paperless-ngx",
    "Miniflux",
    "RomM",
    "Jellyfin",
    "Home Assistant",
    "Uptime Kuma",
    "Node-RED",
    "Prometheus",
    "A static folder",
];

fn document() -> String {
    read_to_string(workspace().join("docs/applications.md")).expect("the document")
}

/// Returns the names in a text that look like ours, with what is set there.
fn settings(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let words = text.split(|c: char| c.is_whitespace() || "`()".contains(c));
    words.filter_map(|word| {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.trim_end_matches([',', '.', ';']))),
            None => (word.trim_end_matches([',', '.', ':', ';']), None),
        };
        let is_ours = ["POSTERN_", "OIDC_", "SESSION_"]
            .iter()
            .any(|prefix| name.starts_with(prefix));
        is_ours.then_some((name, value))
    })
}

/// Returns the application's name in a setting, and the setting as the table has it.
fn in_the_table(name: &str) -> (Option<&str>, String) {
    let Some((app, last)) = name
        .strip_prefix("POSTERN_APP_")
        .and_then(|rest| rest.rsplit_once('_'))
    else {
        return (None, name.to_owned());
    };
    (Some(app), format!("POSTERN_APP_<NAME>_{last}"))
}

#[test]
fn settings_that_are_named_exist() {
    let text = document();
    let mut named = 0;

    for (name, _) in settings(&text) {
        let (_, name) = in_the_table(name);
        let exists = VARIABLES.iter().any(|variable| variable.name == name);
        assert!(exists, "there is no setting {name}");
        named += 1;
    }

    assert!(named > 15, "only {named} settings are named");
}

#[test]
fn settings_that_are_written_out_are_taken_without_a_word() {
    let text = document();
    let mut tried = 0;

    for (name, value) in settings(&text) {
        let (Some(value), (app, _)) = (value, in_the_table(name)) else {
            continue;
        };
        let app = app.unwrap_or("X").to_owned();
        let mut vars = BTreeMap::from([
            (
                "POSTERN_PUBLIC_URL".to_owned(),
                "https://login.example.com".to_owned(),
            ),
            ("OIDC_CLAIM_ROLES".to_owned(), "groups".to_owned()),
            (
                format!("POSTERN_APP_{app}_URL"),
                format!("https://{}.example.com", app.to_lowercase()),
            ),
        ]);
        vars.insert(name.to_owned(), value.to_owned());
        // RomM's own settings are like ours, and need an OP.
        if name.starts_with("OIDC_") {
            continue;
        }
        let read = Config::from_vars(vars);
        let (_, notices) = read.unwrap_or_else(|faults| panic!("{name}={value}: {faults}"));
        let notices = format!("{notices:?}");
        assert!(!notices.contains(name), "{name}={value}: {notices}");
        tried += 1;
    }

    assert!(tried > 10, "only {tried} settings are written out");
}

#[test]
fn ways_are_as_short_as_they_say_and_every_recipe_is_there() {
    let text = document();
    let blocks = |heading: &str| -> Vec<usize> {
        let (_, section) = text.split_once(heading).expect(heading);
        let (section, _) = section.split_once("\n## ").expect("another section");
        let blocks = section.split("```").skip(1).step_by(2);
        // The line of the fence, and the one at the end.
        blocks.map(|block| block.lines().count() - 1).collect()
    };

    assert_eq!(blocks("## As a proxy: three lines"), [3]);
    // The braces of the last line count with it.
    assert_eq!(blocks("## Behind a reverse proxy: six lines"), [3, 4]);
    for recipe in RECIPES {
        assert!(text.contains(&format!("\n### {recipe}\n")), "{recipe}");
    }
}
