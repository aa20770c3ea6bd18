//! The report for people.

use std::io::{self, Write};

use shared::doctor::{Outcome, Report};

/// How the report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// With colors, for a terminal.
    Colored,
}

/// Returns the word for an outcome; all have the same width.
fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Skip => "skip",
        Outcome::Warn => "warn",
        Outcome::Fail => "FAIL",
    }
}

/// The color of an outcome (ECMA-48 §8.3.117).
fn color(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "32",
        Outcome::Skip => "90",
        Outcome::Warn => "33",
        Outcome::Fail => "31",
    }
}

/// Writes the report: a line for each step, what to do below it, and a summary.
///
/// # Errors
/// It cannot be written there.
pub fn write(report: &Report, style: Style, out: &mut impl Write) -> io::Result<()> {
    let width = report.steps.iter().map(|step| step.title.len()).max();
    let width = width.unwrap_or_default();
    for step in &report.steps {
        let word = match style {
            Style::Plain => word(step.outcome).to_owned(),
            Style::Colored => format!("\x1b[{}m{}\x1b[0m", color(step.outcome), word(step.outcome)),
        };
        writeln!(out, "{word}  {:width$}  {}", step.title, step.found)?;
        if let Some(remedy) = &step.remedy {
            writeln!(out, "      {:width$}  Fix: {remedy}", "")?;
        }
    }
    writeln!(out, "\n{}", sum(report))
}

/// Returns a summary of the report in one line.
pub(crate) fn sum(report: &Report) -> String {
    let count = |outcome| {
        let steps = report.steps.iter();
        steps.filter(|step| step.outcome == outcome).count()
    };
    let (failed, warned) = (count(Outcome::Fail), count(Outcome::Warn));
    let words = match (failed, warned) {
        (0, 0) => "All is well".to_owned(),
        (0, _) => "Logins work, but something is not as it should be".to_owned(),
        _ => "Something is in the way".to_owned(),
    };
    format!(
        "{words}: {} passed, {warned} warned, {failed} failed, {} skipped.",
        count(Outcome::Pass),
        count(Outcome::Skip)
    )
}

#[cfg(test)]
mod tests {
    use super::{Style, write};
    use shared::doctor::{Group, Outcome, Report, Step};

    fn report() -> Report {
        let step = |title: &str, outcome, found: &str, remedy: Option<&str>| Step {
            name: title.to_lowercase(),
            group: Group::Provider,
            title: title.to_owned(),
            outcome,
            found: found.to_owned(),
            remedy: remedy.map(str::to_owned),
            summary: None,
        };
        Report {
            version: "1".to_owned(),
            at: 0,
            steps: vec![
                step("Settings", Outcome::Pass, "all are good", None),
                step("Keys", Outcome::Fail, "there are none", Some("select one")),
                step("Claims", Outcome::Skip, "not listed", None),
            ],
        }
    }

    #[test]
    fn steps_stand_in_columns_with_their_remedy_below() {
        let mut out = Vec::new();
        write(&report(), Style::Plain, &mut out).unwrap();

        assert_eq!(
            String::from_utf8(out).unwrap(),
            "pass  Settings  all are good
FAIL  Keys      there are none
                Fix: select one
skip  Claims    not listed

Something is in the way: 1 passed, 0 warned, 1 failed, 1 skipped.
"
        );
    }

    #[test]
    fn colors_are_for_terminals() {
        let mut out = Vec::new();
        write(&report(), Style::Colored, &mut out).unwrap();

        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\x1b[31mFAIL\x1b[0m  Keys"), "{text}");
    }
}
