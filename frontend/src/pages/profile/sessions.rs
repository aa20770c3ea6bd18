//! Where the account is logged in, and the end of that.

use leptos::prelude::*;
use shared::api::{EndOtherSessions, EndSession};
use shared::error::ErrorCode;
use shared::session::{LoginMethod, SessionEntry};
use shared::text::Text;

use crate::api;
use crate::browser;
use crate::components::ask::{Question, use_ask};
use crate::components::form::busy;
use crate::components::inside::Panel;
use crate::components::problem::{ProblemNote, Unavailable};
use crate::components::time::with_times;
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::remote::Remote;
use crate::session::use_session;
use crate::text::{fill, say};

/// What the section has done since it was loaded.
#[derive(Clone, Copy)]
struct Ended {
    /// The ids of the sessions that it has ended. The list is not loaded anew for them: the focus
    /// would be lost with the rows.
    ids: RwSignal<Vec<String>>,
    /// What is said of it.
    told: RwSignal<&'static str>,
}

/// The section.
#[component]
pub(crate) fn Sessions(
    /// The list, which a changed password shortens.
    sessions: Remote<Vec<SessionEntry>>,
) -> impl IntoView {
    let ended = Ended {
        ids: RwSignal::new(Vec::new()),
        told: RwSignal::new(""),
    };
    let on_retry = Callback::new(move |()| sessions.refetch());
    let content = dynamic(move || match sessions.get() {
        Some(Ok(Some(mut list))) => {
            let ids = ended.ids.read();
            list.retain(|session| !ids.contains(&session.id));
            view! { <List list ended /> }.into_any()
        }
        Some(Err(error)) => view! { <Unavailable error on_retry /> }.into_any(),
        Some(Ok(None)) | None => view! { <p class="hint">{say(Text::LOADING)}</p> }.into_any(),
    });
    view! {
        <Panel id="sessions" title=say(Text::SESSIONS_TITLE)>
            {content}
            <p role="status" class="saved">
                {ended.told}
            </p>
        </Panel>
    }
}

/// This browser first, then the others, and the button for all of these.
#[component]
fn List(
    /// The sessions, the last used first.
    mut list: Vec<SessionEntry>,
    /// Learns of those that are ended.
    ended: Ended,
) -> impl IntoView {
    list.sort_by_key(|session| !session.is_current);
    let others: Vec<String> = list
        .iter()
        .filter(|session| !session.is_current)
        .map(|session| session.id.clone())
        .collect();
    let rows = list
        .into_iter()
        .map(|session| view! { <Row session ended /> }.into_any())
        .collect::<Vec<_>>();
    let end_all = if others.is_empty() {
        view! { <p class="hint">{say(Text::SESSIONS_NONE)}</p> }.into_any()
    } else {
        view! { <EndOthers others ended /> }.into_any()
    };
    view! {
        <ul class="rows">{rows}</ul>
        {end_all}
    }
    .into_any()
}

/// One session.
#[component]
fn Row(
    /// The session.
    session: SessionEntry,
    /// Learns of its end.
    ended: Ended,
) -> impl IntoView {
    let name = browser_name(session.browser.as_deref());
    let badge = session.is_current.then(|| {
        view! { <span class="badge">{say(Text::SESSIONS_THIS_BROWSER)}</span> }.into_any()
    });
    let end = (!session.is_current)
        .then(|| view! { <EndOne id=session.id.clone() name=name.clone() ended /> }.into_any());
    let how = match session.method {
        LoginMethod::Openid if session.provider.is_some() => Text::SESSIONS_BY_PROVIDER,
        LoginMethod::Openid | LoginMethod::Password => Text::SESSIONS_BY_PASSWORD,
        LoginMethod::WelcomeLink | LoginMethod::LoginLink => Text::SESSIONS_BY_LINK,
        LoginMethod::Setup => Text::SESSIONS_BY_SETUP,
    };
    let provider = session.provider.as_deref().unwrap_or_default();
    let began = fill(how, &[("provider", provider), ("time", "{time}")]);
    let began = with_times(&began, &[("time", session.started_at)]);
    let used = (!session.is_current).then(|| {
        let used = with_times(say(Text::SESSIONS_USED), &[("time", session.last_used_at)]);
        view! { " · " {used} }.into_any()
    });
    let address = session.address.map(|address| {
        let text = fill(Text::SESSIONS_ADDRESS, &[("address", &address)]);
        view! { " · " {text} }.into_any()
    });
    let opened = (!session.applications.is_empty()).then(|| {
        let names = session.applications.join(", ");
        let text = fill(Text::SESSIONS_APPS, &[("names", &names)]);
        view! { <p class="hint">{text}</p> }.into_any()
    });
    view! {
        <li class="row-item" data-session=session.id>
            <div>
                <p>
                    <strong>{name}</strong>
                    {badge}
                </p>
                <p class="hint">{began} {used} {address}</p>
                {opened}
            </div>
            {end}
        </li>
    }
    .into_any()
}

/// Returns the browser's name in the page's language: the server says `Firefox on Linux`.
fn browser_name(told: Option<&str>) -> String {
    match told.map(|told| (told, told.split_once(" on "))) {
        Some((_, Some((browser, system)))) => fill(
            Text::SESSIONS_BROWSER,
            &[("browser", browser), ("system", system)],
        ),
        Some((told, None)) => told.to_owned(),
        None => say(Text::SESSIONS_UNKNOWN).to_owned(),
    }
}

/// The button that ends one.
#[component]
fn EndOne(
    /// Which.
    id: String,
    /// Its browser.
    name: String,
    /// Learns of it.
    ended: Ended,
) -> impl IntoView {
    let session = use_session();
    let button_id = id.clone();
    let end = Mutation::new(move || {
        let id = id.clone();
        async move {
            let answer = session.note_result(api::call(EndSession { id: id.clone() }).send().await);
            // It may have ended by itself meanwhile.
            if !matches!(&answer, Err(error) if error.is(ErrorCode::NotFound)) {
                answer?;
            }
            // The row goes, and the focus to the one that takes its place.
            let button = ["[data-end='", &id, "']"].concat();
            let place = browser::place_among("[data-end]", &button).unwrap_or_default();
            ended.told.set(say(Text::SESSIONS_ENDED));
            ended.ids.update(|ids| ids.push(id));
            request_animation_frame(move || {
                if !browser::focus_place("[data-end]", place) {
                    browser::focus("#sessions h2");
                }
            });
            Ok(())
        }
    });
    view! {
        <button
            type="button"
            class="button button-small"
            data-end=button_id
            aria-label=fill(Text::SESSIONS_END_NAMED, &[("browser", &name)])
            aria-disabled=busy(end)
            on:click=move |_| end.start()
        >
            {say(Text::SESSIONS_END)}
        </button>
        <ProblemNote mutation=end />
    }
    .into_any()
}

/// The button that ends all others.
#[component]
fn EndOthers(
    /// Their ids.
    others: Vec<String>,
    /// Learns of it.
    ended: Ended,
) -> impl IntoView {
    let (ask, session) = (use_ask(), use_session());
    let end = Mutation::new(move || {
        let others = others.clone();
        async move {
            let question = Question::new(
                say(Text::SESSIONS_END_OTHERS_TITLE),
                say(Text::SESSIONS_END_OTHERS_TEXT),
                say(Text::SESSIONS_END_OTHERS),
            );
            if !ask.ask(question).await {
                return Ok(());
            }
            session.note_result(api::call(EndOtherSessions {}).send().await)?;
            ended.told.set(say(Text::SESSIONS_OTHERS_ENDED));
            ended.ids.update(|ids| ids.extend(others));
            browser::focus("#sessions h2");
            Ok(())
        }
    });
    view! {
        <button
            type="button"
            id="end-others"
            class="button button-small"
            aria-disabled=busy(end)
            on:click=move |_| end.start()
        >
            {say(Text::SESSIONS_END_OTHERS)}
        </button>
        <ProblemNote mutation=end />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::browser_name;

    #[test]
    fn browser_is_named_as_far_as_it_is_known() {
        assert_eq!(browser_name(Some("Firefox on Linux")), "Firefox on Linux");
        assert_eq!(browser_name(Some("curl")), "curl");
        assert_eq!(browser_name(None), "Unknown browser");
    }
}
