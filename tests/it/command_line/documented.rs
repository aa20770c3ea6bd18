//! The commands that the documents tell people to type.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tests::places::program;

use crate::documents::{documents, read};

/// Returns the command lines of Postern in a document: those in backticks, and those in blocks.
fn commands(document: &str) -> BTreeSet<String> {
    let joined = document.replace("\\\n", " ");
    let in_backticks = joined.split('`').skip(1).step_by(2);
    let in_blocks = joined.lines();
    in_backticks
        .chain(in_blocks)
        .filter(|text| text.starts_with("postern ") && !text.contains('`'))
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// Asks the program for the help of a command, and looks for its options there.
fn check(line: &str) -> Result<()> {
    let words: Vec<&str> = line.split(' ').skip(1).collect();
    let is_name = |word: &&&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let has_parts = matches!(words[0], "user" | "session" | "identities" | "authentik");
    let depth = if has_parts { 2 } else { 1 };
    let command: Vec<&&str> = words
        .iter()
        .take(depth)
        .take_while(|word| !word.starts_with('-'))
        .take_while(is_name)
        .collect();
    let postern = program(
        "POSTERN_BIN",
        "target/debug/postern",
        "cargo build -p postern",
    )?;
    let output = Command::new(postern)
        .args(&command)
        .arg("--help")
        .env_clear()
        .output()?;
    let help = String::from_utf8(output.stdout)?;
    let usage = format!(
        "Usage: postern {}",
        command
            .iter()
            .map(|word| **word)
            .collect::<Vec<_>>()
            .join(" ")
    );
    ensure!(
        output.status.success() && help.contains(usage.trim_end()),
        "no such command: {line}"
    );
    for option in words.iter().filter(|word| word.starts_with("--")) {
        let name = option.split('=').next().context("a name")?;
        ensure!(help.contains(name), "{line}: there is no {name}");
    }
    Ok(())
}

#[test]
#[ignore = "needs the built server; cargo xtask test runs it"]
fn documented_commands_and_options_exist() -> Result<()> {
    let mut all = BTreeSet::new();
    for document in documents() {
        all.append(&mut commands(&read(document)));
    }
    ensure!(all.len() > 12, "only {all:?}");
    for line in &all {
        check(line)?;
    }
    Ok(())
}
