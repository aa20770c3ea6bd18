//! `/doctor`: a login that shows what comes and logs nobody in, and what the doctor finds, for
//! admins.

mod steps;
mod test_login;

use leptos::prelude::*;
use shared::text::Text;

use crate::components::admin::for_admins_alone;
use crate::components::inside::InsideFrame;
use crate::pages::doctor::steps::Steps;
use crate::pages::doctor::test_login::TestLogin;
use crate::text::say;

/// The doctor's page. What takes its time is below, so that nothing moves when it comes.
#[component]
pub(crate) fn DoctorPage() -> impl IntoView {
    for_admins_alone(say(Text::DOCTOR), || {
        view! {
            <InsideFrame title=say(Text::DOCTOR)>
                <TestLogin />
                <Steps />
            </InsideFrame>
        }
        .into_any()
    })
}

/// What the log says too: in English, whatever the page's language.
fn english(text: String) -> AnyView {
    view! { <span lang="en" dir="ltr">{text}</span> }.into_any()
}
