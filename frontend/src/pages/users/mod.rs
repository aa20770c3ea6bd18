//! `/users`: the accounts, for admins: find one, change it, make another. `/users/alice` is the same
//! page with that account open.

mod context;
mod draft;
mod list;
mod row;
mod panel;
mod open;
mod edit;
mod welcome;
mod identities;
mod create;

use leptos::prelude::*;
use shared::api::ShowConfig;
use shared::config::PublicConfig;
use shared::profile::Profile;
use shared::session::User;
use shared::text::Text;

use crate::api;
use crate::components::admin::for_admins_alone;
use crate::components::confirm::ConfirmDialog;
use crate::components::frame::once_loaded;
use crate::components::inside::InsideFrame;
use crate::pages::users::context::UsersContext;
use crate::pages::users::create::Create;
use crate::pages::users::list::Accounts;
use crate::pages::users::open::OpenAccount;
use crate::remote::Remote;
use crate::session::use_session;
use crate::text::say;

/// The page's heading.
const TITLE: Text = Text::USERS;

/// The accounts' page.
#[component]
pub(crate) fn UsersPage() -> impl IntoView {
    for_admins_alone(say(TITLE), || {
        let config = Remote::new(|| Some(api::call(ShowConfig {})));
        once_loaded(say(TITLE), config, |config| {
            let user = untrack(|| use_session().status()).map(|status| status.user);
            user.map(|user| view! { <Sections user config /> })
                .into_any()
        })
    })
}

/// The page's sections, which share the dialogs.
#[component]
fn Sections(
    /// Who sits here.
    user: User,
    /// What the server offers.
    config: PublicConfig,
) -> impl IntoView {
    let context = UsersContext::new(user.clone(), &config);
    let confirm = context.confirm;
    let is_hidden = Signal::derive(move || !context.open.read().is_empty());
    let profile = RwSignal::new(Profile {
        user,
        identities: Vec::new(),
        lost_email: None,
    });
    view! {
        <InsideFrame title=say(TITLE) is_wide=true>
            <div class="stack" hidden=is_hidden>
                <Create context />
                <Accounts context />
            </div>
            <OpenAccount context />
            <ConfirmDialog confirm profile config stays=true />
        </InsideFrame>
    }
}
