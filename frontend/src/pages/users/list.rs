//! The list of accounts, what narrows it down, and how many there are.

use std::sync::Arc;

use leptos::prelude::*;
use shared::text::Text;
use shared::users::{UserEntry, UserList};

use crate::api::{self, Request};
use crate::components::filters::{ChoiceFilter, FilterForm, Filters, TextFilter};
use crate::components::inside::Panel;
use crate::components::listing::{self, Following, More, Nothing};
use crate::loaded::Loaded;
use crate::pages::users::desk::Desk;
use crate::pages::users::draft::roles;
use crate::pages::users::row::Row;
use crate::text::{fill, say};

/// What narrows the list down, by the names in the address and in the API.
const FILTERS: [&str; 3] = ["search", "role", "status"];

/// Returns the request for the page after that cursor.
fn request(filters: Filters, after: &str) -> Request<UserList> {
    let values = FILTERS.map(|name| filters.get(name));
    let [search, role, status] = &values;
    api::users(&[
        ("search", search),
        ("role", role),
        ("status", status),
        ("after", after),
    ])
}

/// The accounts.
#[component]
pub(super) fn Accounts(
    /// What the page's parts share.
    desk: Desk,
) -> impl IntoView {
    let Desk { filters, .. } = desk;
    let loaded = Loaded::new(move || Some(request(filters, "")));
    let following: Following = Arc::new(move |after, number| further(desk, after, number));
    let list = listing::first_page(loaded, move |list: UserList| {
        // What was made before is in the list, if it matches.
        desk.made.set(Vec::new());
        desk.gone.set(0);
        first(desk, list, Arc::clone(&following))
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
                {desk.told}
            </p>
            {list}
        </Panel>
    }
}

/// How many there are, what was just made, and the first page.
fn first(desk: Desk, list: UserList, following: Following) -> AnyView {
    let total = list.total;
    let count = Signal::derive(move || {
        let count = (total + desk.made.read().len() as u64).saturating_sub(desk.gone.get());
        fill(Text::USERS_COUNT, &[("count", &count.to_string())])
    });
    let is_filtered = untrack(|| {
        FILTERS
            .iter()
            .any(|name| !desk.filters.get(name).is_empty())
    });
    let nothing = (total == 0 && is_filtered).then(|| {
        let clear = Some(Callback::new(move |()| desk.filters.clear()));
        view! { <Nothing text=say(Text::USERS_NOTHING) clear /> }
    });
    view! {
        <p role="status" class="hint" data-count=total.to_string()>
            {count}
        </p>
        {nothing}
        <Made desk />
        {page(desk, list, 1, following)}
    }
    .into_any()
}

/// What was made since the list was loaded.
#[component]
fn Made(
    /// What the page's parts share.
    desk: Desk,
) -> impl IntoView {
    // Rows that are there already are not drawn anew: they may be open.
    view! {
        <ul class="rows accounts">
            <For
                each=move || desk.made.get()
                key=|entry: &UserEntry| entry.id.clone()
                children=move |entry| view! { <Row desk entry /> }.into_any()
            />
        </ul>
    }
    .into_any()
}

/// A page that is not the first.
fn further(desk: Desk, after: String, number: u32) -> AnyView {
    let loaded = Loaded::new(move || Some(untrack(|| request(desk.filters, &after))));
    listing::further_page(loaded, move |list: UserList| {
        let following: Following = Arc::new(move |after, number| further(desk, after, number));
        page(desk, list, number, following)
    })
}

/// The rows of a page, and the button for the next one.
fn page(desk: Desk, list: UserList, number: u32, following: Following) -> AnyView {
    let made = desk.made.read_untracked();
    let is_new = |user: &UserEntry| made.iter().all(|other| other.id != user.id);
    let rows = list
        .users
        .into_iter()
        .filter(is_new)
        .map(|entry| view! { <Row desk entry /> }.into_any())
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
