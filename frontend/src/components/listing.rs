//! A list that is loaded page by page, one below the other.

use std::sync::Arc;

use leptos::prelude::*;
use serde::de::DeserializeOwned;
use shared::text::Text;

use crate::browser;
use crate::components::problem::Unavailable;
use crate::dynamic::dynamic;
use crate::remote::Remote;
use crate::text::say;

/// Draws the page after a cursor; the number counts the pages.
pub(crate) type Following = Arc<dyn Fn(String, u32) -> AnyView + Send + Sync>;

/// Draws the first page; until it is there, that it loads. If it cannot be loaded again, the old page
/// stays, with the reason above it.
pub(crate) fn first_page<T>(
    remote: Remote<T>,
    view: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: DeserializeOwned + Clone + PartialEq + Send + Sync + 'static,
{
    first_page_of(remote, Arc::new(view))
}

/// The part of [`first_page`] that is compiled once for a type.
fn first_page_of<T>(remote: Remote<T>, view: Arc<dyn Fn(T) -> AnyView + Send + Sync>) -> AnyView
where
    T: DeserializeOwned + Clone + PartialEq + Send + Sync + 'static,
{
    let newest = Memo::new(move |before: Option<&Option<T>>| match remote.get() {
        Some(Ok(Some(answer))) => Some(answer),
        _ => before.cloned().flatten(),
    });
    let problem = dynamic(move || match remote.get() {
        Some(Err(error)) => {
            let on_retry = Callback::new(move |()| remote.refetch());
            view! { <Unavailable error on_retry /> }.into_any()
        }
        None => view! { <Waiting /> }.into_any(),
        Some(Ok(_)) => ().into_any(),
    });
    let list = dynamic(move || newest.get().map(|answer| view(answer)).into_any());
    view! {
        {problem}
        {list}
    }
    .into_any()
}

/// Draws a further page.
pub(crate) fn further_page<T: DeserializeOwned + 'static>(
    remote: Remote<T>,
    view: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    dynamic(move || match remote.get() {
        Some(Ok(Some(answer))) => view(answer),
        Some(Ok(None)) | None => view! { <Waiting /> }.into_any(),
        Some(Err(error)) => {
            let on_retry = Callback::new(move |()| remote.refetch());
            view! { <Unavailable error on_retry /> }.into_any()
        }
    })
}

/// Shown while rows load, and about as high as they are.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="waiting">
            <p role="status">{say(Text::LOADING)}</p>
        </div>
    }
    .into_any()
}

/// The button that shows the next page, then that page.
#[component]
pub(crate) fn More(
    /// Where it begins; `None` at the list's end.
    next: Option<String>,
    /// Which page it is.
    number: u32,
    /// Draws it.
    following: Following,
) -> impl IntoView {
    let is_wanted = RwSignal::new(false);
    dynamic(move || {
        let next = next.clone();
        match next {
            None => ().into_any(),
            Some(next) if is_wanted.get() => following(next, number),
            Some(_) => view! {
                <button
                    type="button"
                    class="button"
                    data-more
                    on:click=move |_| is_wanted.set(true)
                >
                    {say(Text::LIST_MORE)}
                </button>
            }
            .into_any(),
        }
    })
}

/// Returns the id of a page's list.
pub(crate) fn page_id(number: u32) -> String {
    format!("page-{number}")
}

/// Moves the focus to the first new row: the button that loaded the page is gone.
pub(crate) fn arrive(number: u32) {
    if number > 1 {
        // The rows are drawn in this turn of the event loop.
        request_animation_frame(move || {
            browser::focus(&format!("#{} [data-row]", page_id(number)));
        });
    }
}

/// Says that nothing matches; for a search, with the button that ends it.
#[component]
pub(crate) fn Nothing(
    /// The sentence.
    text: &'static str,
    /// Ends the search; `None` without one.
    clear: Option<Callback<()>>,
) -> impl IntoView {
    let clear = clear.map(|clear| {
        view! {
            <button type="button" class="button" data-clear on:click=move |_| clear.run(())>
                {say(Text::LIST_CLEAR)}
            </button>
        }
    });
    view! {
        <div class="nothing">
            <p>{text}</p>
            {clear}
        </div>
    }
    .into_any()
}
