//! Counts tests, by the reports that nextest writes.

use crate::place;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::PathBuf;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TestCounts {
    /// Those that passed.
    passed: usize,
    /// Those that failed, were ended after too long, or could not be started.
    failed: usize,
}

/// Returns where nextest writes its report of a run by this profile, in XML.
fn report(profile: &str) -> PathBuf {
    place::target()
        .join("nextest")
        .join(profile)
        .join("junit.xml")
}

/// Removes the report of an earlier run, so that it is not counted if the next run does not start.
pub(crate) fn forget(profile: &str) {
    // An error means that there is none.
    let _ = fs::remove_file(report(profile));
}

impl TestCounts {
    /// Adds the tests of a run that has ended. Without a report nothing was run.
    pub(crate) fn add(&mut self, profile: &str) -> Result<()> {
        let report = report(profile);
        let text = fs::read_to_string(&report)
            .with_context(|| format!("{} cannot be read", place::shown(&report)))?;
        let run = Self::of_report(&text)
            .with_context(|| format!("{} has no counts", place::shown(&report)))?;
        self.passed += run.passed;
        self.failed += run.failed;
        Ok(())
    }

    /// Reads `<testsuites name="nextest-run" tests="12" failures="1" errors="0" …>`.
    fn of_report(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once("<testsuites ")?;
        let (attributes, _) = rest.split_once('>')?;
        let count = |name: &str| -> Option<usize> {
            let (_, value) = attributes.split_once(&format!(" {name}=\""))?;
            value.split('"').next()?.parse().ok()
        };
        let failed = count("failures")? + count("errors")?;
        Some(Self {
            passed: count("tests")?.checked_sub(failed)?,
            failed,
        })
    }
}

impl std::fmt::Display for TestCounts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_from_a_report() {
        let report = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="42" failures="2" errors="1" uuid="x" time="9.1">
    <testsuite name="it" tests="7" disabled="0" errors="0" failures="0">"#;

        let counts = TestCounts::of_report(report).unwrap();

        assert_eq!(counts.to_string(), "39 passed, 3 failed");
    }

    #[test]
    fn report_without_counts_is_none() {
        assert_eq!(TestCounts::of_report("<testsuites name=\"x\">"), None);
        assert_eq!(TestCounts::of_report(""), None);
    }
}
