//! What the doctor finds when the server starts, in the log.

use shared::doctor::{Outcome, Report};

use super::{Depth, Stand, examine, reading_of, text};
use crate::app::AppState;

/// Looks at everything once and writes into the log what is not well, a line each, and what it all
/// comes to. Whatever is found, the server goes on.
pub async fn log_at_start(app: AppState) {
    let (reading, keys) = (reading_of(&app), app.keys());
    let stand = Stand::Inside {
        keys: &keys,
        request: None,
        depth: Depth::Start,
    };
    let examination = examine(&reading, &app.clock, &stand).await;
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
