//! The doctor: each thing that can be wrong is brought about, and recognized.

mod misbehaving_op;
mod endpoint_answers;
mod settings;
mod network;
mod ingress;
mod door;
mod environment;
mod api;
mod language;
mod start;
mod timeouts;
mod redaction;
mod command;
mod real_ops;

use clock::Clock;
use demo_op::Lie;
use postern::config::{Config, Reading};
use postern::doctor::{Depth, Examination, RunContext, examine, reading_of};
use shared::doctor::{Outcome, Report, Step};
use tests::site::Site;

/// The expected result of a step: its name, its outcome, words of the finding, words of the remedy.
type Expected<'a> = (&'a str, Outcome, &'a str, &'a str);

/// Runs the doctor from within a site.
async fn examined(site: &Site) -> Report {
    let (reading, keys) = (reading_of(&site.app), site.app.keys());
    let context = RunContext::Server {
        keys: &keys,
        request: None,
        depth: Depth::Full,
    };
    // Large, and awaited in many a test.
    Box::pin(examine(&reading, &site.app.clock, &context))
        .await
        .report
}

/// Runs the doctor from the command line, with these settings.
async fn examined_by_cli(settings: &[(&str, &str)]) -> (Reading, Examination) {
    let vars = settings
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()));
    let reading = Config::examine_vars(vars);
    let examination = examine(&reading, &Clock::System, &RunContext::Cli).await;
    (reading, examination)
}

fn step<'a>(report: &'a Report, name: &str) -> &'a Step {
    let found = report.steps.iter().find(|step| step.name == name);
    found.unwrap_or_else(|| panic!("there is no step {name}"))
}

/// Holds a step against what it must come to.
#[track_caller]
fn expect(report: &Report, expected: Expected, case: &str) {
    let (name, outcome, found, remedy) = expected;
    let step = step(report, name);
    let words = step.remedy.as_deref().unwrap_or_default();
    let is_right = step.outcome == outcome && step.found.contains(found) && words.contains(remedy);
    assert!(is_right, "{case}: wanted {expected:?}, got {step:?}");
    assert_eq!(
        step.remedy.is_some(),
        matches!(outcome, Outcome::Warn | Outcome::Fail),
        "{case}: what is not well has a remedy, and nothing else: {step:?}"
    );
}

/// Tells each lie, has the doctor look, and holds what it found against what it should have.
async fn check(cases: Vec<(Vec<Lie>, Expected<'static>)>) {
    let site = Site::start().await;
    for (lies, expected) in cases {
        let case = format!("{lies:?}");
        for lie in lies {
            site.op.lies(lie);
        }

        let report = examined(&site).await;

        expect(&report, expected, &case);
        site.op.speaks_true();
    }
}

/// Names the steps that did not pass and were not skipped.
fn not_well(report: &Report) -> Vec<&str> {
    let steps = report.steps.iter();
    steps
        .filter(|step| step.outcome > Outcome::Skip)
        .map(|step| step.name.as_str())
        .collect()
}
