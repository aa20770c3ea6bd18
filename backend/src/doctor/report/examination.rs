//! What one run of the doctor found.

use serde_json::{Map, Value};
use shared::doctor::Report;

/// What the doctor found.
pub struct Examination {
    /// The steps.
    pub report: Report,
    /// The discovery document; `None` if it could not be read.
    pub document: Option<Map<String, Value>>,
    /// Names of people and machines that came up: strangers must not see them.
    pub names: Vec<String>,
}
