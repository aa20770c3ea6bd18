//! Counts tests: reads the lines with which test binaries close.

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Those that held.
    pub(crate) passed: usize,
    /// Those that did not.
    pub(crate) failed: usize,
}

impl Tally {
    /// Adds what a line of `cargo test` says, if it is a closing line.
    pub(crate) fn add_line(&mut self, line: &str) {
        if let Some(more) = closing_line(line) {
            self.passed += more.passed;
            self.failed += more.failed;
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Reads `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn closing_line(line: &str) -> Option<Tally> {
    let (_, counts) = line
        .trim_start()
        .strip_prefix("test result: ")?
        .split_once(". ")?;
    let count = |word: &str| {
        counts
            .split("; ")
            .find_map(|part| part.strip_suffix(word)?.trim_end().parse().ok())
    };
    Some(Tally {
        passed: count("passed")?,
        failed: count("failed")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_summed() {
        let mut tally = Tally::default();

        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 40 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 9.10s",
            "assertion failed: 12 passed; 7 failed",
        ] {
            tally.add_line(line);
        }

        assert_eq!(
            tally,
            Tally {
                passed: 43,
                failed: 2
            }
        );
        assert_eq!(tally.to_string(), "43 passed, 2 failed");
    }

    #[test]
    fn a_tests_own_output_is_no_closing_line() {
        assert_eq!(closing_line("test result: ok. nonsense"), None);
        assert_eq!(
            closing_line("the test result: ok. 1 passed; 0 failed"),
            None
        );
    }
}
