//! `/activity`: the audit trail, for admins: who did what, and why a login failed.

mod kinds;
mod query;
mod reference;
mod sentence;
mod clock;
mod entry;
mod days;
mod news;

use std::sync::Arc;

use leptos::prelude::*;
use shared::audit::Audit;
use shared::routes;
use shared::text::Text;

use crate::components::admin::for_admins_alone;
use crate::components::filters::{ChoiceFilter, FilterForm, Filters, TextFilter};
use crate::components::inside::{InsideFrame, Panel};
use crate::components::listing::{self, Following, More, Nothing};
use crate::dynamic::dynamic;
use crate::pages::activity::news::News;
use crate::pages::activity::query::{FILTERS, request};
use crate::remote::Remote;
use crate::text::say;

/// The activity page.
#[component]
pub(crate) fn ActivityPage() -> impl IntoView {
    for_admins_alone(say(Text::ACTIVITY), || {
        view! {
            <InsideFrame title=say(Text::ACTIVITY) is_wide=true>
                <Trail />
            </InsideFrame>
        }
        .into_any()
    })
}

/// The entries, and what narrows them down.
#[component]
fn Trail() -> impl IntoView {
    let filters = Filters::new(routes::ACTIVITY);
    let remote = Remote::new(move || Some(request(filters, "")));
    let newest = RwSignal::new(None);
    let following: Following = Arc::new(move |before, number| further(filters, before, number));
    let list = listing::first_page(remote, move |trail: Audit| {
        let first = trail.entries.first();
        newest.set(Some(
            first.map_or_else(String::new, |entry| entry.id.clone()),
        ));
        if trail.entries.is_empty() {
            return nothing(filters);
        }
        page(filters, trail, 1, Arc::clone(&following))
    });
    let refresh = move || remote.refetch();
    // The options have the kind of the address, which may be one that is not known here.
    let asked = untrack(|| filters.get("kind"));
    let clear = dynamic(move || {
        let is_filtered = FILTERS.iter().any(|name| !filters.get(name).is_empty());
        is_filtered
            .then(|| {
                view! {
                    <button
                        type="button"
                        class="button"
                        id="activity-clear"
                        on:click=move |_| filters.clear()
                    >
                        {say(Text::LIST_CLEAR)}
                    </button>
                }
            })
            .into_any()
    });
    view! {
        <Panel id="activity" title=say(Text::ACTIVITY_LIST)>
            <FilterForm label=say(Text::ACTIVITY_LIST)>
                <TextFilter
                    filters
                    name="ref"
                    label=say(Text::REFERENCE)
                    hint=say(Text::ACTIVITY_REF_HINT)
                    takes=reference::in_text
                />
                <TextFilter
                    filters
                    name="account"
                    label=say(Text::ACTIVITY_ACCOUNT)
                    hint=say(Text::ACTIVITY_ACCOUNT_HINT)
                    takes=str::trim
                />
                <ChoiceFilter
                    filters
                    name="kind"
                    label=say(Text::ACTIVITY_KIND)
                    options=kinds::options(&asked)
                />
                <div class="row">
                    <button type="button" class="button" id="activity-refresh" on:click=move |_| refresh()>
                        {say(Text::ACTIVITY_REFRESH)}
                    </button>
                    {clear}
                </div>
            </FilterForm>
            <News filters newest on_show=Callback::new(move |()| refresh()) />
            {list}
        </Panel>
    }
    .into_any()
}

/// What is said where no entry is.
fn nothing(filters: Filters) -> AnyView {
    let text = untrack(|| {
        if !filters.get("ref").is_empty() {
            Text::ACTIVITY_NO_REF
        } else if FILTERS.iter().any(|name| !filters.get(name).is_empty()) {
            Text::ACTIVITY_NO_MATCH
        } else {
            Text::ACTIVITY_NOTHING
        }
    });
    view! { <Nothing text=say(text) clear=None /> }.into_any()
}

/// A page that is not the first.
fn further(filters: Filters, before: String, number: u32) -> AnyView {
    let remote = Remote::new(move || Some(untrack(|| request(filters, &before))));
    listing::further_page(remote, move |trail: Audit| {
        let following: Following = Arc::new(move |before, number| further(filters, before, number));
        page(filters, trail, number, following)
    })
}

/// The entries of a page, and the button for the next one.
fn page(filters: Filters, trail: Audit, number: u32, following: Following) -> AnyView {
    // Who comes with the reference of an error page wants to know all.
    let is_open = untrack(|| !filters.get("ref").is_empty());
    listing::arrive(number);
    view! {
        <div class="days" id=listing::page_id(number)>
            {days::days(trail.entries, is_open)}
        </div>
        <More next=trail.next number=number + 1 following />
    }
    .into_any()
}
