//! Whether logins work, in one sentence.

use leptos::prelude::*;
use shared::doctor::{Outcome, Report};
use shared::text::{CountedText, Text};

use crate::components::time::with_times;
use crate::dynamic::dynamic;
use crate::pages::doctor::outcome::name;
use crate::remote::Remote;
use crate::text::{fill_counted, say};

/// The sentence, and the button that has everything looked at again. As high before the doctor's
/// answer as after it.
#[component]
pub(super) fn Summary(
    /// What the doctor finds.
    report: Remote<Report>,
) -> impl IntoView {
    // If it cannot be loaded again, the old one stays.
    let newest = Memo::new(move |before: Option<&Option<Report>>| match report.get() {
        Some(Ok(Some(report))) => Some(report),
        _ => before.cloned().flatten(),
    });
    let class = Signal::derive(move || match newest.read().as_ref().map(Report::outcome) {
        Some(Outcome::Pass | Outcome::Skip) => "note note-good",
        Some(Outcome::Fail) => "note note-bad",
        Some(Outcome::Warn) => "note note-warn",
        None => "note",
    });
    let outcome = Signal::derive(move || {
        let newest = newest.read();
        newest.as_ref().map(|report| name(report.outcome()))
    });
    let sentence = Signal::derive(move || match newest.read().as_ref() {
        Some(report) => sentence(report),
        None => say(Text::DOCTOR_CHECKING).to_owned(),
    });
    let looked = dynamic(move || {
        let at = newest.read().as_ref().map(|report| report.at);
        at.map(|at| with_times(say(Text::DOCTOR_LOOKED), &[("time", at)]))
            .into_any()
    });
    view! {
        <div class="verdict">
            <p class=class role="status" data-outcome=outcome>
                {sentence}
            </p>
            <p class="hint">{looked}</p>
            <button
                type="button"
                class="button"
                id="doctor-refresh"
                on:click=move |_| report.refetch()
            >
                {say(Text::ACTIVITY_REFRESH)}
            </button>
        </div>
    }
    .into_any()
}

/// Says whether logins work.
fn sentence(report: &Report) -> String {
    let outcome = report.outcome();
    let steps = report.steps.iter();
    let count = steps.filter(|step| step.outcome == outcome).count() as u64;
    match outcome {
        Outcome::Pass | Outcome::Skip => say(Text::DOCTOR_ALL_PASS).to_owned(),
        Outcome::Warn => fill_counted(CountedText::DOCTOR_ALL_WARN, count),
        Outcome::Fail => fill_counted(CountedText::DOCTOR_ALL_FAIL, count),
    }
}
