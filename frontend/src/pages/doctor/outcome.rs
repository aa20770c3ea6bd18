//! The outcomes of checks.

use shared::doctor::Outcome;

/// Returns the outcome's name on the wire.
pub(super) fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Skip => "skip",
        Outcome::Warn => "warn",
        Outcome::Fail => "fail",
    }
}
