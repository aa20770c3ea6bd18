//! The link that leads to the provider.

use leptos::ev;
use leptos::prelude::*;
use shared::config::PublicProvider;

use crate::browser::{self, TimeForm};
use crate::next;
use crate::text::fill;
use shared::text::Text;

/// `Log in with …`: a navigation, and not the router's.
///
/// The icon is the server's own SVG, hidden from screen readers: the text says it all.
#[component]
pub(crate) fn ProviderLink(
    /// The provider.
    provider: PublicProvider,
    /// Where to go after the login.
    next: Option<String>,
    /// Is it the page's one thing to do?
    is_main: bool,
    /// What it says, with the provider's name in it.
    #[prop(default = Text::LOG_IN_WITH)]
    text: Text,
) -> impl IntoView {
    let class = if is_main {
        "button button-main"
    } else {
        "button"
    };
    let PublicProvider {
        label,
        icon,
        unreachable_since,
        ..
    } = provider;
    let is_leaving = RwSignal::new(false);
    // Back may bring the page from the browser's cache just as it was left.
    let listener = window_event_listener_untyped("pageshow", move |_| is_leaving.set(false));
    on_cleanup(move || listener.remove());
    let on_click = move |event: ev::MouseEvent| {
        // With these keys the link opens elsewhere and this page stays.
        is_leaving.set(!(event.ctrl_key() || event.meta_key() || event.shift_key()));
    };
    let away = unreachable_since.map(|since| {
        let since = browser::time_text(since, TimeForm::HourMinute);
        view! {
            <p class="hint" id="provider-away">
                {fill(Text::PROVIDER_AWAY, &[("provider", &label), ("time", &since)])}
            </p>
        }
    });
    let busy = Signal::derive(move || is_leaving.get().then_some("true"));
    let text = Signal::derive(move || {
        let text = if is_leaving.get() {
            Text::GOING_TO
        } else {
            text
        };
        fill(text, &[("provider", &label)])
    });
    view! {
        <a
            class=class
            rel="external"
            href=next::openid_href(next.as_deref())
            aria-describedby=away.is_some().then_some("provider-away")
            aria-busy=busy
            on:click=on_click
        >
            <span class="tile" inner_html=icon></span>
            <span>{text}</span>
        </a>
        {away}
    }
    .into_any()
}
