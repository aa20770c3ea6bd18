//! The doctor's page.

use leptos::prelude::*;
use shared::api::{Examine, ShowTestLogin};
use shared::doctor::{Group, Outcome, Report};
use shared::test_login::LastTestLogin;
use shared::text::Text;

use crate::api;
use crate::components::admin::for_admins_alone;
use crate::components::inside::InsideFrame;
use crate::dynamic::dynamic;
use crate::pages::doctor::checks::Checks;
use crate::pages::doctor::summary::Summary;
use crate::pages::doctor::test_login::TestLogin;
use crate::remote::Remote;
use crate::text::say;

/// The doctor's page: whether logins work, what is wrong, and a test login.
#[component]
pub(crate) fn DoctorPage() -> impl IntoView {
    for_admins_alone(say(Text::DOCTOR), || {
        let report = Remote::new(|| Some(api::call(Examine {}).for_the_doctor()));
        let last = Remote::new(|| Some(api::call(ShowTestLogin {})));
        view! {
            <InsideFrame title=say(Text::DOCTOR)>
                <Content report last />
            </InsideFrame>
        }
        .into_any()
    })
}

/// All below the heading. Nothing moves while it loads: a test login that was made stands above the
/// checks, for which the doctor needs longer; without one, its panel comes below them, and after them.
#[component]
fn Content(
    /// What the doctor finds.
    report: Remote<Report>,
    /// The last test login.
    last: Remote<LastTestLogin>,
) -> impl IntoView {
    // Decided once: a test that is made later does not turn the page upside down.
    let is_known = Memo::new(move |_| last.get().is_some());
    let is_below = Memo::new(move |_| has_provider(report));
    let test = move || view! { <TestLogin last /> }.into_any();
    dynamic(move || {
        if !is_known.get() {
            return ().into_any();
        }
        let is_above = untrack(|| matches!(last.get(), Some(Ok(Some(Some(_))))));
        let below = dynamic(move || (!is_above && is_below.get()).then(test).into_any());
        view! {
            <Summary report />
            {is_above.then(test)}
            <Checks report />
            {below}
        }
        .into_any()
    })
}

/// Has the doctor looked at a provider? There is none to go to where all about it was left out.
fn has_provider(report: Remote<Report>) -> bool {
    let Some(Ok(Some(report))) = report.get() else {
        return false;
    };
    let mut steps = report.steps.iter();
    steps.any(|step| step.group == Group::Provider && step.outcome != Outcome::Skip)
}
