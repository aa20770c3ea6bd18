//! `/users`: the accounts, for admins: find one, change it, make another.

mod draft;
mod list;
mod row;
mod panel;
mod edit;
mod welcome;
mod identities;
mod create;

use leptos::prelude::*;
use shared::config::PublicConfig;
use shared::profile::Profile;
use shared::routes;
use shared::session::User;
use shared::text::Text;
use shared::users::UserEntry;

use crate::api;
use crate::components::admin::for_admins_alone;
use crate::components::ask::{Ask, use_ask};
use crate::components::confirm::{Confirm, ConfirmDialog};
use crate::components::filters::Filters;
use crate::components::frame::once_loaded;
use crate::components::inside::InsideFrame;
use crate::loaded::Loaded;
use crate::pages::users::create::Create;
use crate::pages::users::list::Accounts;
use crate::session::use_session;
use crate::text::say;

/// The page's heading.
const TITLE: Text = Text::USERS;

/// The accounts' page.
#[component]
pub(crate) fn UsersPage() -> impl IntoView {
    for_admins_alone(say(TITLE), || {
        let config = Loaded::new(|| Some(api::config(None)));
        once_loaded(say(TITLE), config, |config| {
            let user = untrack(|| use_session().status()).map(|status| status.user);
            user.map(|user| view! { <Sections user config /> })
                .into_any()
        })
    })
}

/// What all parts of the page share.
#[derive(Clone, Copy)]
struct Desk {
    /// The admin who sits here.
    me: StoredValue<User>,
    /// Does the server take passwords, and so make links by which one is set?
    has_passwords: bool,
    /// What narrows the list down.
    filters: Filters,
    /// Sends what may ask for a confirmation.
    confirm: Confirm,
    /// Asks before what cannot be taken back.
    ask: Ask,
    /// What was made since the list was last looked for; on top of it.
    made: RwSignal<Vec<UserEntry>>,
    /// How many were deleted since then.
    gone: RwSignal<u64>,
    /// The last thing that was done, in words.
    told: RwSignal<String>,
}

impl Desk {
    /// Is it the admin's own account?
    fn is_me(self, id: &str) -> bool {
        self.me.with_value(|me| me.id == id)
    }
}

/// The page's sections, which share the dialogs.
#[component]
fn Sections(
    /// Who sits here.
    user: User,
    /// What the server offers.
    config: PublicConfig,
) -> impl IntoView {
    let desk = Desk {
        me: StoredValue::new(user.clone()),
        has_passwords: config.password_login,
        filters: Filters::new(routes::USERS),
        confirm: Confirm::new(),
        ask: use_ask(),
        made: RwSignal::new(Vec::new()),
        gone: RwSignal::new(0),
        told: RwSignal::new(String::new()),
    };
    let confirm = desk.confirm;
    let profile = RwSignal::new(Profile {
        user,
        identities: Vec::new(),
    });
    view! {
        <InsideFrame title=say(TITLE)>
            <Create desk />
            <Accounts desk />
            <ConfirmDialog confirm profile config stays=true />
        </InsideFrame>
    }
}
