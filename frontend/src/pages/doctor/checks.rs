//! What the doctor looked at: what is wrong first, then what is good, in groups.

use leptos::prelude::*;
use shared::doctor::{Group, Outcome, Report, Step};
use shared::text::{CountedText, Text};

use crate::components::inside::Panel;
use crate::components::listing;
use crate::components::plain::{plain, worded};
use crate::pages::doctor::outcome::name;
use crate::remote::Remote;
use crate::text::{fill_counted, say};

/// All checks. What could not be asked is left out: what kept it from being asked is there.
#[component]
pub(super) fn Checks(
    /// What the doctor finds.
    report: Remote<Report>,
) -> impl IntoView {
    let list = listing::first_page(report, |report| view! { <Found report /> }.into_any());
    view! {
        <Panel id="steps" title=say(Text::DOCTOR_LIST)>
            <p class="hint">{say(Text::DOCTOR_INTRO)}</p>
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
    let of = |outcome: Outcome| {
        let steps = report.steps.iter();
        steps.filter(move |step| step.outcome == outcome)
    };
    let wrong = of(Outcome::Fail).chain(of(Outcome::Warn));
    let wrong = wrong.cloned().map(problem).collect::<Vec<_>>();
    let groups = Group::ALL.map(|group| {
        let good = of(Outcome::Pass).filter(|step| step.group == group);
        good_ones(group, good.cloned().collect())
    });
    let mut found = vec![plain("ul", &[("class", "rows problems")], wrong)];
    found.extend(groups);
    found.into_any()
}

/// A check that did not go well.
fn problem(step: Step) -> AnyView {
    let (word, badge) = match step.outcome {
        Outcome::Fail => (Text::DOCTOR_FAIL, "badge badge-bad"),
        _ => (Text::DOCTOR_WARN, "badge badge-strong"),
    };
    let class = match step.outcome {
        Outcome::Fail => "problem problem-bad",
        _ => "problem",
    };
    let to_do = |remedy: String| {
        let words = [say(Text::ACTIVITY_REMEDY), ": "].concat();
        plain(
            "p",
            &[],
            vec![worded("strong", "", words), remedy.into_any()],
        )
    };
    let mut parts = vec![plain(
        "h3",
        &[],
        vec![
            [&step.title, " "].concat().into_any(),
            worded("span", badge, say(word)),
        ],
    )];
    parts.extend(step.summary.map(|summary| worded("p", "", summary)));
    parts.extend(step.remedy.map(to_do));
    parts.push(worded("p", "hint", step.found));
    let attributes = [
        ("class", class),
        ("data-step", &step.name),
        ("data-outcome", name(step.outcome)),
    ];
    plain("li", &attributes, parts)
}

/// The good checks of a group: how many, and when it is opened, which.
fn good_ones(group: Group, steps: Vec<Step>) -> AnyView {
    if steps.is_empty() {
        return ().into_any();
    }
    let title = say(match group {
        Group::Server => Text::DOCTOR_SERVER,
        Group::Provider => Text::DOCTOR_PROVIDER,
        Group::Address => Text::DOCTOR_ADDRESS,
        Group::Applications => Text::HOME_APPS,
    });
    let count = fill_counted(CountedText::DOCTOR_GOOD, steps.len() as u64);
    let steps = steps.into_iter().flat_map(|step| {
        let attributes = [
            ("data-step", step.name.as_str()),
            ("data-outcome", name(step.outcome)),
        ];
        let found = plain("dd", &attributes, vec![step.found.into_any()]);
        [worded("dt", "", step.title), found]
    });
    let heading = vec![
        worded("strong", "", title),
        " ".into_any(),
        worded("span", "badge", count),
    ];
    let parts = vec![
        plain("summary", &[], heading),
        plain("dl", &[("class", "facts")], steps.collect()),
    ];
    plain("details", &[("class", "good")], parts)
}
