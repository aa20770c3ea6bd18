//! The limits, in `limits.txt`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use tests::places::workspace;

/// How much more than the limit is none yet, in hundredths of it.
const MORE: u64 = 10;

/// Compares what was counted with the limits, or makes it the limits if `RENEW_COUNTS` is set.
#[expect(clippy::print_stderr, reason = "the figures of a run that passed")]
pub(super) fn compare(counted: &BTreeMap<&str, u64>) -> Result<()> {
    let path = path();
    let text = std::fs::read_to_string(&path)?;
    if std::env::var_os("RENEW_COUNTS").is_some() {
        return Ok(std::fs::write(path, renewed(&text, counted))?);
    }
    let limits = parse(&text)?;
    let mut above = String::new();
    for (what, count) in counted {
        let limit = *limits
            .get(what)
            .with_context(|| format!("no limit for {what}"))?;
        eprintln!("{what}: {count} instructions, limit {limit}");
        if *count > limit + limit * MORE / 100 {
            let more = count * 100 / limit - 100;
            writeln!(
                above,
                "{what}: {count} instructions, {more} % more than {limit}"
            )?;
        }
    }
    ensure!(
        above.is_empty(),
        "{above}if that is worth it: RENEW_COUNTS=1, and the test again"
    );
    Ok(())
}

fn path() -> PathBuf {
    workspace().join("tests/it/door/counted/limits.txt")
}

fn parse(text: &str) -> Result<BTreeMap<&str, u64>> {
    let lines = text.lines().filter(|line| !is_comment(line));
    let limits = lines.map(|line| {
        let (what, count) = line.rsplit_once(' ').context("a name and a number")?;
        Ok((what, count.parse()?))
    });
    limits.collect()
}

fn is_comment(line: &str) -> bool {
    line.is_empty() || line.starts_with('#')
}

/// Returns the file with these counts, and its comment as it was.
fn renewed(text: &str, counted: &BTreeMap<&str, u64>) -> String {
    let comment = text.lines().filter(|line| is_comment(line));
    let limits = counted
        .iter()
        .map(|(what, count)| format!("{what} {count}"));
    let lines = comment.map(str::to_owned).chain(limits);
    lines.map(|line| line + "\n").collect()
}
