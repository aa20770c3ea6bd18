//! What the doctor looked at.

use leptos::prelude::*;
use shared::api::Examine;
use shared::doctor::{Outcome, Report, Step};
use shared::text::Text;

use crate::api;
use crate::browser::{self, TimeForm};
use crate::components::english::english;
use crate::components::inside::Panel;
use crate::components::listing;
use crate::remote::Remote;
use crate::text::{fill, say};

/// All steps, and the button that has them taken again.
#[component]
pub(super) fn Steps() -> impl IntoView {
    let remote = Remote::new(|| Some(api::call(Examine {}).for_the_doctor()));
    let list = listing::first_page(remote, |report| view! { <Found report /> }.into_any());
    view! {
        <Panel id="steps" title=say(Text::DOCTOR_LIST)>
            <p class="hint">{say(Text::DOCTOR_INTRO)}</p>
            <div class="row">
                <button
                    type="button"
                    class="button"
                    id="doctor-refresh"
                    on:click=move |_| remote.refetch()
                >
                    {say(Text::ACTIVITY_REFRESH)}
                </button>
            </div>
            {list}
        </Panel>
    }
    .into_any()
}

/// What was found.
#[component]
fn Found(
    /// The doctor's report.
    report: Report,
) -> impl IntoView {
    let outcome = report.outcome();
    let (in_all, class) = match outcome {
        Outcome::Pass => (Text::DOCTOR_ALL_PASS, "note note-good"),
        Outcome::Skip => (Text::DOCTOR_ALL_SKIP, "note note-good"),
        Outcome::Warn => (Text::DOCTOR_ALL_WARN, "note"),
        Outcome::Fail => (Text::DOCTOR_ALL_FAIL, "note note-bad"),
    };
    let at = browser::time_text(report.at, TimeForm::Both);
    let steps = report.steps.into_iter().map(step).collect::<Vec<_>>();
    view! {
        <p class=class role="status" data-outcome=name(outcome)>
            {say(in_all)}
        </p>
        <p class="hint">{fill(Text::DOCTOR_LOOKED, &[("time", &at)])}</p>
        <ul class="rows entries">{steps}</ul>
    }
    .into_any()
}

/// One step.
fn step(step: Step) -> AnyView {
    let (word, badge) = match step.outcome {
        Outcome::Pass => (Text::DOCTOR_PASS, "badge"),
        Outcome::Skip => (Text::DOCTOR_SKIP, "badge badge-plain"),
        Outcome::Warn => (Text::DOCTOR_WARN, "badge badge-strong"),
        Outcome::Fail => (Text::DOCTOR_FAIL, "badge badge-bad"),
    };
    let class = if step.outcome == Outcome::Fail {
        "entry-item entry-failed"
    } else {
        "entry-item"
    };
    let remedy = step.remedy.map(|remedy| {
        view! {
            <p>
                <strong>{say(Text::ACTIVITY_REMEDY)}": "</strong>
                {english(remedy)}
            </p>
        }
    });
    view! {
        <li class=class data-step=step.name data-outcome=name(step.outcome)>
            <div class="entry-head">
                <h3>{english(step.title)}</h3>
                <span class=badge>{say(word)}</span>
            </div>
            <p>{english(step.found)}</p>
            {remedy}
        </li>
    }
    .into_any()
}

/// The outcome's name on the wire.
fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Skip => "skip",
        Outcome::Warn => "warn",
        Outcome::Fail => "fail",
    }
}
