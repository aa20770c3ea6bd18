//! The frame of the pages for admins.

use leptos::prelude::*;
use shared::error::ErrorCode;
use shared::routes;
use shared::text::Text;

use crate::base::own;
use crate::components::guard::Protected;
use crate::components::inside::InsideFrame;
use crate::dynamic::dynamic;
use crate::session::use_session;
use crate::text::say;

/// Shows the page to admins; tells other users that it is not for them.
pub(crate) fn for_admins_alone(title: &'static str, page: fn() -> AnyView) -> AnyView {
    view! {
        <Protected>
            {
                let session = use_session();
                dynamic(move || {
                    if session.is_admin() { page() } else { view! { <NotForYou title /> }.into_any() }
                })
            }
        </Protected>
    }
    .into_any()
}

/// What other users see.
#[component]
fn NotForYou(
    /// The page's heading.
    title: &'static str,
) -> impl IntoView {
    view! {
        <InsideFrame title>
            <section class="panel" data-code=ErrorCode::Forbidden.as_str()>
                <p>{say(Text::ADMIN_NOT_FOR_YOU)}</p>
                <p class="hint">{say(Text::ADMIN_NOT_FOR_YOU_HINT)}</p>
                <a class="button button-main" href=own(routes::HOME)>
                    {say(Text::TO_START)}
                </a>
            </section>
        </InsideFrame>
    }
    .into_any()
}
