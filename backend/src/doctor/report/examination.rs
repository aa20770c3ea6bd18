//! What one run of the doctor found.

use serde_json::{Map, Value};
use shared::doctor::Report;
use shared::text::Language;

use crate::doctor::finding::Finding;

/// What the doctor found.
pub struct Examination {
    /// The steps in English, for the log, the command line and the support bundle.
    pub report: Report,
    /// What the steps found, in no language yet.
    pub(crate) findings: Vec<Finding>,
    /// The discovery document; `None` if it could not be read.
    pub document: Option<Map<String, Value>>,
    /// Names of people and machines that came up: strangers must not see them.
    pub names: Vec<String>,
}

impl Examination {
    /// Returns the report in a language.
    #[must_use]
    pub fn translated(&self, language: Language) -> Report {
        let steps = self.findings.iter().map(|finding| finding.step(language));
        Report {
            steps: steps.collect(),
            ..self.report.clone()
        }
    }
}
