//! What has happened since the list was loaded. It is told and counted; the list stays as it is until
//! its reader wants more.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::text::CountedText;

use crate::browser;
use crate::components::filters::Filters;
use crate::dynamic::{dynamic, effect};
use crate::pages::activity::query::request;
use crate::text::fill_counted;

/// How often the server is asked.
const PERIOD: Duration = Duration::from_secs(15);
/// How often it is asked without a sign of life of the reader: a page that is left open does not keep
/// its session alive for ever.
const PATIENCE: u32 = 40;

/// Says how many new events there are, and shows them when they are wanted.
#[component]
pub(super) fn News(
    /// What the list is narrowed down to.
    filters: Filters,
    /// The id of the newest entry in the list, empty if the list is; `None` until it is there.
    newest: RwSignal<Option<String>>,
    /// Shows them.
    on_show: Callback<()>,
) -> impl IntoView {
    let count = RwSignal::new(0_u64);
    let asked = StoredValue::new(0);
    effect(move || {
        newest.track();
        count.set(0);
        asked.set_value(0);
    });
    let ask = move || {
        let Some(Some(known)) = newest.try_get_untracked() else {
            return;
        };
        if !browser::is_in_sight() || asked.get_value() >= PATIENCE {
            return;
        }
        asked.update_value(|asked| *asked += 1);
        let request = untrack(|| request(filters, ""));
        spawn_local(async move {
            // What fails now works the next time, or the list says why not.
            if let Ok(trail) = request.send().await {
                let entries = trail.entries.iter();
                let new = entries.take_while(|entry| entry.id != known).count();
                count.try_set(new as u64);
            }
        });
    };
    if let Ok(timer) = set_interval_with_handle(ask, PERIOD) {
        on_cleanup(move || timer.clear());
    }
    let alive = window_event_listener_untyped("focus", move |_| asked.set_value(0));
    on_cleanup(move || alive.remove());
    let button = dynamic(move || match count.get() {
        0 => ().into_any(),
        count => {
            let text = fill_counted(CountedText::ACTIVITY_NEW, count);
            view! {
                <button
                    type="button"
                    class="button"
                    id="activity-new"
                    on:click=move |_| on_show.run(())
                >
                    {text}
                </button>
            }
            .into_any()
        }
    });
    view! {
        <div class="news" aria-live="polite">
            {button}
        </div>
    }
    .into_any()
}
