//! The doctor's page.

use leptos::prelude::*;
use shared::text::Text;

use crate::components::admin::for_admins_alone;
use crate::components::inside::InsideFrame;
use crate::pages::doctor::steps::Steps;
use crate::pages::doctor::test_login::TestLogin;
use crate::text::say;

/// The doctor's page. The steps take longer, so they are below: nothing moves when they come.
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
