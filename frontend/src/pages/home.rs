//! `/`: who am I, and where to go.

use leptos::prelude::*;
use shared::pages::Page;
use shared::session::{AppTile, Role, SessionStatus};

use crate::base::own;
use crate::browser;
use crate::components::guard::Protected;
use crate::components::inside::{InsideFrame, for_admins, listed};
use crate::dynamic::dynamic;
use crate::session::use_session;
use crate::text::{fill, say};
use shared::text::Text;

/// More applications than this can be searched.
const MANY: usize = 8;

/// The home page.
#[component]
pub(crate) fn HomePage() -> impl IntoView {
    view! {
        <Protected>
            <InsideFrame title=say(Text::HOME_TITLE) heading=greeting()>
                <Who />
                <Applications />
                <nav class="cards" aria-label=say(Text::HOME_WHERE)>
                    {listed(false, card)}
                    {for_admins(|| listed(true, card))}
                </nav>
            </InsideFrame>
        </Protected>
    }
}

/// Greets whoever is logged in.
fn greeting() -> Signal<String> {
    let session = use_session();
    Signal::derive(move || {
        let user = session.status().map(|status| status.user);
        let name = user.map(|user| user.display_name.unwrap_or(user.username));
        fill(Text::HOME_GREETING, &[("name", &name.unwrap_or_default())])
    })
}

/// Draws the way to a page; nothing for the home page itself.
fn card(page: Page) -> AnyView {
    // The router does not know the pages of another module.
    let rel = page.is_for_admins().then_some("external");
    page.about
        .map(|about| {
            view! {
                <a class="card-link" href=own(page.path) rel=rel>
                    <strong>{say(page.name)}</strong>
                    <span>{say(about)}</span>
                </a>
            }
        })
        .into_any()
}

/// The applications that may be opened.
#[component]
fn Applications() -> impl IntoView {
    let session = use_session();
    dynamic(move || {
        let tiles = session.status().map(|status| status.applications);
        tiles
            .filter(|tiles| !tiles.is_empty())
            .map(|tiles| view! { <Tiles tiles /> })
            .into_any()
    })
}

/// Their tiles, with a search where there are many.
#[component]
fn Tiles(
    /// At least one.
    tiles: Vec<AppTile>,
) -> impl IntoView {
    let searched = RwSignal::new(String::new());
    let matches = move |label: &str| browser::lower_case(label).contains(searched.read().trim());
    let search = (tiles.len() > MANY).then(|| {
        view! {
            <div class="field">
                <label for="search">{say(Text::HOME_APPS_SEARCH)}</label>
                <input
                    id="search"
                    type="search"
                    autocomplete="off"
                    on:input=move |event| searched.set(browser::lower_case(&event_target_value(&event)))
                />
            </div>
        }
    });
    let labels: Vec<String> = tiles.iter().map(|tile| tile.label.clone()).collect();
    let nothing = dynamic(move || {
        let is_found = labels.iter().any(|label| matches(label));
        (!is_found)
            .then_some(say(Text::HOME_APPS_NOTHING))
            .into_any()
    });
    let tiles = tiles
        .into_iter()
        .map(|tile| {
            let label = tile.label.clone();
            let hidden = Signal::derive(move || !matches(&label));
            let letter = tile.label.chars().take(1).collect::<String>();
            let icon = match tile.icon {
                Some(icon) => {
                    view! { <img src=icon alt="" referrerpolicy="no-referrer" /> }.into_any()
                }
                None => letter.into_any(),
            };
            view! {
                <li hidden=hidden>
                    <a class="app" href=tile.url rel="external">
                        <span class="app-icon" aria-hidden="true">
                            {icon}
                        </span>
                        <bdi>{tile.label}</bdi>
                    </a>
                </li>
            }
            .into_any()
        })
        .collect::<Vec<_>>();
    view! {
        <nav class="part" aria-label=say(Text::HOME_APPS)>
            {search}
            <p role="status" class="hint">
                {nothing}
            </p>
            <ul class="apps">{tiles}</ul>
        </nav>
    }
    .into_any()
}

/// The account and its session.
#[component]
fn Who() -> impl IntoView {
    let session = use_session();
    dynamic(move || {
        session
            .status()
            .map(|status| view! { <Facts status /> })
            .into_any()
    })
}

/// What there is to say about them.
#[component]
fn Facts(
    /// Who is logged in.
    status: SessionStatus,
) -> impl IntoView {
    let user = status.user;
    let role = match user.role {
        Role::Admin => Text::ROLE_ADMIN,
        Role::User => Text::ROLE_USER,
    };
    let before_role = |text: String| {
        view! {
            <bdi>{text}</bdi>
            " · "
        }
        .into_any()
    };
    // Who has no other name is greeted by this one.
    let username = user.display_name.is_some().then(|| user.username.clone());
    view! {
        <p class="hint" data-username=user.username>
            {username.map(before_role)}
            {user.email.map(before_role)}
            {say(role)}
        </p>
    }
    .into_any()
}
