//! `cargo xtask bench [SECTION]`: what the server costs on this machine, beside programs that do less or
//! the same. Without a section, all of them in one run, whose tables go into `docs/performance.md`.

use crate::command::Command;
use crate::dist::{self, Platform};
use crate::postgres::Postgres;
use crate::say::Steps;
use crate::{machine, place, spa, tools};
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};

/// The sections, in the order of the document.
pub(crate) const SECTIONS: [&str; 5] = ["session", "peers", "door", "growth", "memory"];

/// Before and after the tables in the document.
const MARKS: [&str; 2] = [
    "<!-- by `cargo xtask bench`, from here -->",
    "<!-- by `cargo xtask bench`, up to here -->",
];

/// Builds what is installed and what it is measured against, and prints the tables of these sections.
pub(crate) fn bench(sections: &[&str]) -> Result<()> {
    let mut steps = Steps::new(5);
    let peers = steps.run("Looking at this machine", || {
        machine::require_c_compiler()?;
        tools::apt::install_for_tests()?;
        tools::apt::install_for_bench()?;
        Ok((tools::python::peers()?, tools::node::peers()?))
    })?;
    let spa = steps.run("Building the page", spa::build)?;
    steps.run("Building what is installed", || {
        dist::build(Platform::X86_64, &spa.hash)
    })?;
    steps.run("Building what asks it", build_peers)?;
    let program = dist::program(Platform::X86_64);
    steps.run("Measuring", || measure(sections, &program, Some(&peers)))
}

/// Asks this program as these sections do, without peers.
pub(crate) fn ask(sections: &[&str], program: &Path) -> Result<()> {
    build_peers()?;
    measure(sections, program, None)
}

fn build_peers() -> Result<()> {
    Command::cargo()
        .args(["build", "--release", "-p", "bench-peers"])
        .run("building what asks")
}

/// Does all of it, and writes the tables into the document.
pub(crate) fn all() -> Result<()> {
    bench(&SECTIONS)?;
    let (tables, file) = (tables(), place::root().join("docs/performance.md"));
    let tables = std::fs::read_to_string(&tables)
        .with_context(|| format!("{} cannot be read", place::shown(&tables)))?;
    let old = std::fs::read_to_string(&file)?;
    let new = between_marks(&old, &tables).context("docs/performance.md has no place for them")?;
    Ok(std::fs::write(file, new)?)
}

/// Returns the document with these tables in the place of those that it has.
fn between_marks(document: &str, tables: &str) -> Option<String> {
    let (before, rest) = document.split_once(MARKS[0])?;
    let (_, after) = rest.split_once(MARKS[1])?;
    let tables = tables.trim();
    Some(format!(
        "{before}{}\n\n{tables}\n\n{}{after}",
        MARKS[0], MARKS[1]
    ))
}

/// Returns where the tables are written to.
fn tables() -> PathBuf {
    place::target().join("xtask/bench.md")
}

fn measure(sections: &[&str], program: &Path, peers: Option<&(PathBuf, PathBuf)>) -> Result<()> {
    let postgres = sections.contains(&"growth").then(Postgres::start);
    let postgres = postgres.transpose()?;
    let url = postgres.as_ref().map_or("", |postgres| &*postgres.url);
    let tables = tables();
    std::fs::create_dir_all(place::target().join("xtask"))?;
    let mut command = Command::cargo()
        .args(["test", "-p", "tests", "--features", "bench"])
        .args(["--test", "bench"])
        .without_postern_settings()
        .env("POSTERN_BIN", program)
        .env("BENCH_SECTIONS", sections.join(","))
        .env("BENCH_TABLES", tables)
        .env("TEST_POSTGRES_URL", url)
        .env("BENCH_PEERS_BIN", place::release_binary("bench-peers"));
    if let Some((python, modules)) = peers {
        command = command
            .env("BENCH_PYTHON", python)
            .env("BENCH_NODE_MODULES", modules);
    }
    command.run("measuring")
}

#[cfg(test)]
mod tests {
    use super::{MARKS, between_marks};

    #[test]
    fn tables_take_the_place_of_older_ones() {
        let [from, to] = MARKS;
        let document = format!("# A\n{from}\nold\n{to}\n# B\n");

        let new = between_marks(&document, "\nnew\n");

        let expected = format!("# A\n{from}\n\nnew\n\n{to}\n# B\n");
        assert_eq!(new.as_deref(), Some(&*expected));
        assert_eq!(between_marks("# A", "new"), None);
    }
}
