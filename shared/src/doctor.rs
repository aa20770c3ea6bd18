//! What the doctor found about the settings, the OP, the proxy and the database. All words are in the
//! language of whoever asks: in English for the log, the command line and the support bundle. Values in
//! them, such as what the OP answered, are exact in every language.

use serde::{Deserialize, Serialize};

/// The result of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All is well.
    Pass,
    /// Not checked, because something before it failed or is not configured.
    Skip,
    /// Logins work, but something is wrong.
    Warn,
    /// Logins fail, or will.
    Fail,
}

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// This server: its settings, folder and database.
    Server,
    /// The provider.
    Provider,
    /// The public address, and the proxy before it.
    Address,
    /// The applications behind the door.
    Applications,
}

impl Group {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [
        Self::Server,
        Self::Provider,
        Self::Address,
        Self::Applications,
    ];
}

/// One check.
///
/// `{"name":"keys","group":"provider","title":"Signing keys","outcome":"fail","summary":"…",
/// "found":"the JWK Set is {}","remedy":"…"}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// Its stable name, for programs.
    pub name: String,
    /// What it is about.
    pub group: Group,
    /// Its name, for people.
    pub title: String,
    /// Its result.
    pub outcome: Outcome,
    /// The finding; if it is not well, the cause.
    pub found: String,
    /// What to do about it, at this OP; `None` if there is nothing to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// What it means that all is not well, in plain words; `None` if all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

/// All steps, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// Postern's version.
    pub version: String,
    /// When the doctor ran, in Unix seconds.
    pub at: i64,
    /// The checks.
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
    use super::{Group, Outcome, Report, Step};

    #[test]
    fn one_failure_is_the_report_s() {
        let step = |outcome| Step {
            name: "keys".to_owned(),
            group: Group::Provider,
            title: "Signing keys".to_owned(),
            outcome,
            found: String::new(),
            remedy: None,
            summary: None,
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
