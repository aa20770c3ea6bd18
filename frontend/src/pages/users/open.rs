//! The account that the address names.

use leptos::prelude::*;
use shared::api::{ListUsers, UserQuery};
use shared::text::Text;
use shared::users::UserList;

use crate::api;
use crate::browser;
use crate::components::listing::{self, Nothing};
use crate::components::plain::plain;
use crate::dynamic::{dynamic, effect};
use crate::pages::users::context::UsersContext;
use crate::pages::users::panel::AccountPanel;
use crate::remote::Remote;
use crate::text::say;

/// The account, if the address names one, and the way back to all of them.
#[component]
pub(super) fn OpenAccount(
    /// What the page's parts share.
    context: UsersContext,
) -> impl IntoView {
    let before = StoredValue::new(String::new());
    effect(move || move_focus(context, before));
    dynamic(move || {
        let name = context.open.get();
        if name.is_empty() {
            return ().into_any();
        }
        let account = match context.named(&name) {
            Some(account) => view! { <AccountPanel context account /> }.into_any(),
            None => fetched(context, name),
        };
        let href = Signal::derive(move || context.list_href());
        let back = view! {
            <a class="back" href=href data-back>
                {say(Text::USERS_ALL)}
            </a>
        };
        vec![plain("p", &[], vec![back.into_any()]), account].into_any()
    })
}

/// Loads an account that the list has not shown yet.
fn fetched(context: UsersContext, name: String) -> AnyView {
    let remote = Remote::new(move || {
        let username = Some(name.clone());
        let query = UserQuery {
            username,
            ..UserQuery::default()
        };
        Some(api::find(ListUsers {}, &query))
    });
    listing::first_page(remote, move |list: UserList| {
        match list.users.into_iter().next() {
            Some(entry) => {
                let account = context.meet(entry);
                view! { <AccountPanel context account /> }.into_any()
            }
            None => view! { <Nothing text=say(Text::USERS_UNKNOWN) clear=None /> }.into_any(),
        }
    })
}

/// Moves the focus when an account is opened or closed; the list comes back as it was.
fn move_focus(context: UsersContext, before: StoredValue<String>) {
    let name = context.open.get();
    let before = before
        .try_update_value(|before| std::mem::replace(before, name.clone()))
        .unwrap_or_default();
    if !name.is_empty() {
        // The panel is drawn in this turn of the event loop, if the account is known.
        request_animation_frame(|| {
            browser::focus("#account h2");
        });
    } else if !before.is_empty() {
        let top = context.scroll.get_value();
        let row = context.named(&before).map(|account| {
            let entry = account.entry.read_untracked();
            ["[data-account=\"", &entry.username, "\"] [data-row]"].concat()
        });
        request_animation_frame(move || {
            window().scroll_to_with_x_and_y(0.0, top);
            if !row.is_some_and(|row| browser::focus(&row)) {
                browser::focus("#accounts h2");
            }
        });
    }
}
