//! What the doctor found: how the settings, the OP, the proxy and the database are. Its words are
//! for the administrator, and in English as those of the log.

use serde::{Deserialize, Serialize};

/// How a step came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All is well.
    Pass,
    /// It was not looked at, since something before it failed or is not configured.
    Skip,
    /// Logins work, but something is not as it should be.
    Warn,
    /// Logins fail, or will.
    Fail,
}

/// One thing that was looked at.
///
/// `{"name":"keys","title":"Signing keys","outcome":"fail","found":"the JWK Set is {}","remedy":"…"}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its stable name, for programs.
    pub name: String,
    /// Its name, for people.
    pub title: String,
    /// How it came out.
    pub outcome: Outcome,
    /// What was found: where it is not well, the cause.
    pub found: String,
    /// What to do about it, at this OP; `None` where there is nothing to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// All steps, in the order in which they were taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Postern's version.
    pub version: String,
    /// When the doctor looked, in Unix seconds.
    pub at: i64,
    /// What was looked at.
    pub steps: Vec<Step>,
}

impl Report {
    /// Returns the worst outcome of all steps.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let outcomes = self.steps.iter().map(|step| step.outcome);
        outcomes.max().unwrap_or(Outcome::Pass)
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Report, Step};

    #[test]
    fn one_failure_is_the_report_s() {
        let step = |outcome| Step {
            name: "keys".to_owned(),
            title: "Signing keys".to_owned(),
            outcome,
            found: String::new(),
            remedy: None,
        };
        let report = |outcomes: &[Outcome]| Report {
            version: String::new(),
            at: 0,
            steps: outcomes.iter().copied().map(step).collect(),
        };

        assert_eq!(report(&[]).outcome(), Outcome::Pass);
        assert_eq!(
            report(&[Outcome::Pass, Outcome::Skip]).outcome(),
            Outcome::Skip
        );
        assert_eq!(
            report(&[Outcome::Fail, Outcome::Warn, Outcome::Pass]).outcome(),
            Outcome::Fail
        );
    }
}
