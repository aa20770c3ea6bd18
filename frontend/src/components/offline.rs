//! The note about a missing network.

use leptos::prelude::*;
use shared::text::Text;

use crate::browser;
use crate::dynamic::dynamic;
use crate::session::use_session;
use crate::text::say;

/// Says that there is no network, while the browser says so or the server does not answer.
#[component]
pub(crate) fn OfflineBanner() -> impl IntoView {
    let session = use_session();
    let has_network = RwSignal::new(browser::is_online());
    for event in ["online", "offline"] {
        let listener = window_event_listener_untyped(event, move |_| {
            has_network.set(browser::is_online());
        });
        on_cleanup(move || listener.remove());
    }
    let banner = dynamic(move || {
        let is_offline = !has_network.get() || session.is_offline();
        is_offline
            .then(|| view! { <p class="note staying offline">{say(Text::YOU_ARE_OFFLINE)}</p> })
            .into_any()
    });
    // The region exists before its text, so that screen readers notice the text.
    view! { <div role="status">{banner}</div> }.into_any()
}
