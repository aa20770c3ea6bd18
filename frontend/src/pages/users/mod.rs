//! `/users`: the accounts, for admins: find one, change it, make another.

mod context;
mod draft;
mod list;
mod row;
mod panel;
mod edit;
mod welcome;
mod identities;
mod create;

use leptos::prelude::*;
use shared::api::ShowConfig;
use shared::config::PublicConfig;
use shared::profile::Profile;
use shared::routes;
use shared::session::User;
use shared::text::Text;

use crate::api;
use crate::components::admin::for_admins_alone;
use crate::components::ask::use_ask;
use crate::components::confirm::{Confirm, ConfirmDialog};
use crate::components::filters::Filters;
use crate::components::frame::once_loaded;
use crate::components::inside::InsideFrame;
use crate::pages::users::context::UsersContext;
use crate::pages::users::create::Create;
use crate::pages::users::list::Accounts;
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
    let context = UsersContext {
        me: StoredValue::new(user.clone()),
        has_passwords: config.password_login,
        filters: Filters::new(routes::USERS),
        confirm: Confirm::new(),
        ask: use_ask(),
        created: RwSignal::new(Vec::new()),
        deleted: RwSignal::new(0),
        status: RwSignal::new(String::new()),
    };
    let confirm = context.confirm;
    let profile = RwSignal::new(Profile {
        user,
        identities: Vec::new(),
        lost_email: None,
    });
    view! {
        <InsideFrame title=say(TITLE)>
            <Create context />
            <Accounts context />
            <ConfirmDialog confirm profile config stays=true />
        </InsideFrame>
    }
}
