//! What narrows a list down, kept in the page's address: so it outlives a reload, Back leads to it
//! again, and it can be linked to.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::params::ParamsMap;

use crate::browser::History;
use crate::components::choice::{Choice, Options};
use crate::dynamic::effect;

/// How long a text must stand still before it is looked for.
const REST: Duration = Duration::from_millis(250);

/// Goes to an address of this page.
type Navigate = Rc<dyn Fn(&str, History)>;

/// The parameters of the address.
#[derive(Clone, Copy)]
pub(crate) struct Filters {
    /// As they are.
    query: Memo<ParamsMap>,
    /// The page's path.
    path: &'static str,
    /// Changes them.
    navigate: StoredValue<Navigate, LocalStorage>,
}

impl Filters {
    /// Reads those of the page at `path`, where we are.
    pub(crate) fn new(path: &'static str) -> Self {
        let navigate = use_navigate();
        let navigate: Navigate = Rc::new(move |target, place| {
            let options = NavigateOptions {
                replace: place == History::Replace,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(target, options);
        });
        Self {
            query: use_location().query,
            path,
            navigate: StoredValue::new_local(navigate),
        }
    }

    /// Returns a parameter; empty where it is not set.
    pub(crate) fn get(self, name: &str) -> String {
        self.query
            .read()
            .get_str(name)
            .unwrap_or_default()
            .to_owned()
    }

    /// Returns all parameters as the query of an address; empty without one.
    pub(crate) fn query(self) -> String {
        self.query.read().to_query_string()
    }

    /// Sets a parameter, unless it has that value; an empty one goes.
    pub(crate) fn set(self, name: &'static str, value: &str, place: History) {
        let mut query = self.query.get_untracked();
        if query.get_str(name).unwrap_or_default() == value {
            return;
        }
        query.remove(name);
        if !value.is_empty() {
            query.insert(name, value.to_owned());
        }
        self.go(&query.to_query_string(), place);
    }

    /// Goes to the page itself, with the parameters as they are, from an address below it.
    pub(crate) fn close(self) {
        self.go(&untrack(|| self.query()), History::Replace);
    }

    /// Takes all parameters away.
    pub(crate) fn clear(self) {
        self.go("", History::Keep);
    }

    /// Goes to the page with that query.
    fn go(self, query: &str, place: History) {
        let navigate = self.navigate.try_with_value(Rc::clone);
        if let Some(navigate) = navigate {
            navigate(&[self.path, query].concat(), place);
        }
    }
}

/// A text that is looked for as it is typed.
#[component]
pub(crate) fn TextFilter(
    /// The page's filters.
    filters: Filters,
    /// The parameter's name, and the field's.
    name: &'static str,
    /// What people call it.
    label: &'static str,
    /// What to type, where the label does not say it.
    hint: &'static str,
    /// Takes out of the typed text what is looked for.
    takes: fn(&str) -> &str,
) -> impl IntoView {
    let id = ["filter-", name].concat();
    let value = RwSignal::new(untrack(|| filters.get(name)));
    // The address may change by itself: by Back, by a link, by the button that clears all.
    effect(move || {
        let wanted = filters.get(name);
        if takes(&value.read_untracked()) != wanted {
            value.set(wanted);
        }
    });
    let look = move || {
        let Some(text) = value.try_get_untracked() else {
            return;
        };
        let wanted = takes(&text);
        filters.set(name, wanted, History::Replace);
        if wanted != text.trim() {
            value.set(wanted.to_owned());
        }
    };
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(Some(timer)) = timer.try_update_value(Option::take) {
            timer.clear();
        }
    };
    on_cleanup(stop);
    let on_input = move |event| {
        value.set(event_target_value(&event));
        stop();
        timer.set_value(set_timeout_with_handle(look, REST).ok());
    };
    // Enter, and leaving the field, need not wait.
    let on_change = move |_| {
        stop();
        look();
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                name=name
                type="search"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="search"
                placeholder=hint
                prop:value=value
                on:input=on_input
                on:change=on_change
            />
        </div>
    }
    .into_any()
}

/// One of a few values that the list can be narrowed down to.
#[component]
pub(crate) fn ChoiceFilter(
    /// The page's filters.
    filters: Filters,
    /// The parameter's name, and the field's.
    name: &'static str,
    /// What people call it.
    label: &'static str,
    /// What there is to choose from; the empty value is for all.
    options: Options,
) -> impl IntoView {
    let value = Signal::derive(move || filters.get(name));
    let on_choose = Callback::new(move |value: String| filters.set(name, &value, History::Keep));
    view! { <Choice id=["filter-", name].concat() name label options value on_choose /> }
}

/// The form around the filters of a page.
#[component]
pub(crate) fn FilterForm(
    /// What is looked for.
    label: &'static str,
    /// The fields.
    children: Children,
) -> impl IntoView {
    view! {
        <form
            role="search"
            class="filters"
            aria-label=label
            on:submit=|event: leptos::ev::SubmitEvent| event.prevent_default()
        >
            {children()}
        </form>
    }
    .into_any()
}
