//! `/`: who am I, and where to go.

use leptos::prelude::*;
use shared::routes;
use shared::session::{Method, Role, SessionStatus};

use crate::browser::{self, TimeForm};
use crate::components::dynamic::dynamic;
use crate::components::frame::InsideFrame;
use crate::session::{Protected, use_session};

/// The home page.
#[component]
pub(crate) fn HomePage() -> impl IntoView {
    view! {
        <Protected>
            <InsideFrame title="You are logged in">
                <Who />
                <nav class="cards" aria-label="Where to go">
                    <a class="card-link" href=routes::PROFILE>
                        <strong>"Your profile"</strong>
                        <span>"Email, password, and the account you log in with"</span>
                    </a>
                </nav>
            </InsideFrame>
        </Protected>
    }
}

/// The account and its session.
#[component]
fn Who() -> impl IntoView {
    let session = use_session();
    dynamic(move || {
        session
            .status()
            .map(|status| view! { <Facts status /> })
            .into_any()
    })
}

/// What there is to say about them.
#[component]
fn Facts(
    /// Who is logged in.
    status: SessionStatus,
) -> impl IntoView {
    let SessionStatus { user, session } = status;
    let role = match user.role {
        Role::Admin => "Administrator",
        Role::User => "User",
    };
    let method = match session.method {
        Method::Password => "with a password",
        Method::Openid => "through the provider",
    };
    let since = browser::time_text(session.started_at, TimeForm::HourMinute);
    let day = browser::time_text(session.started_at, TimeForm::Day);
    view! {
        <section class="panel">
            {user.display_name.map(|name| view! { <p class="who">{name}</p> })}
            <dl class="facts">
                <dt>"Username"</dt>
                <dd data-username=user.username.clone()>{user.username.clone()}</dd>
                <dt>"Email"</dt>
                <dd>{user.email.unwrap_or_else(|| "none yet".to_owned())}</dd>
                <dt>"Role"</dt>
                <dd>{role}</dd>
                <dt>"Logged in"</dt>
                <dd>{[method, ", ", &day, " at ", &since].concat()}</dd>
            </dl>
        </section>
    }
    .into_any()
}
