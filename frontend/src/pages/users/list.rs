//! The list of accounts, what narrows it down, and how many there are.

use std::sync::Arc;

use leptos::prelude::*;
use shared::api::{ListUsers, UserQuery};
use shared::text::Text;
use shared::users::{UserEntry, UserList};

use crate::api::{self, Request};
use crate::components::filters::{ChoiceFilter, FilterForm, Filters, TextFilter};
use crate::components::inside::Panel;
use crate::components::listing::{self, Following, More, Nothing};
use crate::components::plain::{plain, worded};
use crate::pages::users::context::UsersContext;
use crate::pages::users::draft::roles;
use crate::pages::users::row::Row;
use crate::remote::Remote;
use crate::text::{fill, say};

/// What narrows the list down, by the names in the address and in the API.
const FILTERS: [&str; 3] = ["search", "role", "status"];

/// Returns the request for the page after that cursor.
fn request(filters: Filters, after: &str) -> Request<UserList> {
    let [search, role, status] = FILTERS.map(|name| Some(filters.get(name)));
    let after = Some(after.to_owned());
    let query = UserQuery {
        search,
        role,
        status,
        after,
        username: None,
    };
    api::find(ListUsers {}, &query)
}

/// The accounts.
#[component]
pub(super) fn Accounts(
    /// What the page's parts share.
    context: UsersContext,
) -> impl IntoView {
    let UsersContext { filters, .. } = context;
    let remote = Remote::new(move || Some(request(filters, "")));
    let following: Following = Arc::new(move |after, number| further(context, after, number));
    let list = listing::first_page(remote, move |list: UserList| {
        // What was made before is in the list, if it matches.
        context.created.set(Vec::new());
        context.deleted.set(0);
        first(context, list, Arc::clone(&following))
    });
    let all = |text| (String::new(), say(text).to_owned());
    let mut role_options = vec![all(Text::USERS_ALL_ROLES)];
    role_options.extend(roles());
    let state = |value: &str, text| (value.to_owned(), say(text).to_owned());
    let status_options = vec![
        all(Text::USERS_ALL_STATES),
        state("enabled", Text::USERS_ENABLED),
        state("disabled", Text::USERS_DISABLED),
    ];
    view! {
        <Panel id="accounts" title=say(Text::USERS_LIST)>
            <FilterForm label=say(Text::USERS_LIST)>
                <TextFilter
                    filters
                    name="search"
                    label=say(Text::USERS_SEARCH)
                    hint=say(Text::USERS_SEARCH_HINT)
                    takes=str::trim
                />
                <ChoiceFilter filters name="role" label=say(Text::ROLE) options=role_options />
                <ChoiceFilter filters name="status" label=say(Text::USERS_STATE) options=status_options />
            </FilterForm>
            <p role="status" class="saved" data-told>
                {context.status}
            </p>
            {list}
        </Panel>
    }
}

/// How many there are, what was just made, and the first page.
fn first(context: UsersContext, list: UserList, following: Following) -> AnyView {
    let total = list.total;
    let more = if list.is_total_exact { "" } else { "+" };
    let count = Signal::derive(move || {
        let count =
            (total + context.created.read().len() as u64).saturating_sub(context.deleted.get());
        fill(
            Text::USERS_COUNT,
            &[("count", &[&count.to_string(), more].concat())],
        )
    });
    let is_filtered = untrack(|| {
        FILTERS
            .iter()
            .any(|name| !context.filters.get(name).is_empty())
    });
    let nothing = (total == 0 && is_filtered).then(|| {
        let clear = Some(Callback::new(move |()| context.filters.clear()));
        view! { <Nothing text=say(Text::USERS_NOTHING) clear /> }
    });
    // For eyes: each row says by itself what it has.
    let columns = (total > 0).then(|| {
        let names = [
            Text::ACTIVITY_ACCOUNT,
            Text::EMAIL,
            Text::ROLE,
            Text::USERS_LAST,
        ];
        let names = names.map(|name| worded("span", "", say(name)));
        let attributes = [("class", "columns"), ("aria-hidden", "true")];
        plain("div", &attributes, names.into_iter().collect())
    });
    view! {
        <p role="status" class="hint" data-count=total.to_string()>
            {count}
        </p>
        {nothing}
        {columns}
        <Created context />
        {page(context, list, 1, following)}
    }
    .into_any()
}

/// What was made since the list was loaded.
#[component]
fn Created(
    /// What the page's parts share.
    context: UsersContext,
) -> impl IntoView {
    // Rows that are there already are not drawn anew: they may be open.
    view! {
        <ul class="rows accounts">
            <For
                each=move || context.created.get()
                key=|entry: &UserEntry| entry.id.clone()
                children=move |entry| view! { <Row context entry /> }.into_any()
            />
        </ul>
    }
    .into_any()
}

/// A page that is not the first.
fn further(context: UsersContext, after: String, number: u32) -> AnyView {
    let remote = Remote::new(move || Some(untrack(|| request(context.filters, &after))));
    listing::further_page(remote, move |list: UserList| {
        let following: Following = Arc::new(move |after, number| further(context, after, number));
        page(context, list, number, following)
    })
}

/// The rows of a page, and the button for the next one.
fn page(context: UsersContext, list: UserList, number: u32, following: Following) -> AnyView {
    let made = context.created.read_untracked();
    let is_new = |user: &UserEntry| made.iter().all(|other| other.id != user.id);
    let rows = list
        .users
        .into_iter()
        .filter(is_new)
        .map(|entry| view! { <Row context entry /> }.into_any())
        .collect::<Vec<_>>();
    listing::arrive(number);
    view! {
        <ul class="rows accounts" id=listing::page_id(number)>
            {rows}
        </ul>
        <More next=list.next number=number + 1 following />
    }
    .into_any()
}
