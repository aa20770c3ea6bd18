//! Logs what the doctor finds when the server starts.

use shared::doctor::{Outcome, Report};

use super::context::{Depth, RunContext};
use super::examine::{examine, reading_of};
use super::report::text;
use crate::app::AppState;

/// Examines everything once. Logs each step that warns or fails, and a summary. The server runs on
/// in any case.
pub async fn log_at_start(app: AppState) {
    let (reading, keys) = (reading_of(&app), app.keys());
    let context = RunContext::Server {
        keys: &keys,
        request: None,
        depth: Depth::Start,
    };
    let examination = examine(&reading, &app.clock, &context).await;
    log(&examination.report);
}

fn log(report: &Report) {
    for step in &report.steps {
        let (title, found) = (&step.title, &step.found);
        let remedy = step.remedy.as_deref().unwrap_or_default();
        match step.outcome {
            Outcome::Pass | Outcome::Skip => {}
            Outcome::Warn => tracing::warn!(step = step.name, remedy, "doctor: {title}: {found}"),
            Outcome::Fail => tracing::error!(step = step.name, remedy, "doctor: {title}: {found}"),
        }
    }
    tracing::info!("doctor: {}", text::sum(report));
}
