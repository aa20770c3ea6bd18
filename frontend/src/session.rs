//! Who is logged in, asked once for all pages that need it, and the guard of those pages.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use shared::error::ErrorCode;
use shared::routes;
use shared::session::SessionStatus;

use crate::api;
use crate::browser::{self, History};
use crate::components::dynamic::{dynamic, effect};
use crate::components::frame::{Loading, UnavailablePage};
use crate::loaded::Loaded;
use crate::next;
use crate::text::say;
use shared::text::Text;

/// The session, as every page may ask for it.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    /// Loaded anew whenever the visitor enters the guarded pages; nothing outside of them.
    answer: Loaded<SessionStatus>,
}

impl Session {
    /// Creates the resource below the router, and hands it to all pages.
    pub(crate) fn provide() {
        let path = use_location().pathname;
        let is_needed = Memo::new(move |_| routes::GUARDED.contains(&path.read().as_str()));
        let answer = Loaded::new(move || is_needed.get().then(api::session));
        provide_context(Self { answer });
    }

    /// Returns who is logged in, as far as it is known.
    pub(crate) fn status(self) -> Option<SessionStatus> {
        self.answer.get()?.ok()?
    }

    /// Has the server said that nobody is logged in?
    fn is_absent(self) -> bool {
        matches!(self.answer.get(), Some(Err(error)) if error.is(ErrorCode::Unauthenticated))
    }

    /// Passes a result on, and asks for the session anew if it says that there is none.
    pub(crate) fn heed<T>(self, result: api::Result<T>) -> api::Result<T> {
        if result
            .as_ref()
            .is_err_and(|error| error.is(ErrorCode::Unauthenticated))
        {
            self.answer.refetch();
        }
        result
    }
}

/// Returns the session that [`Session::provide`] made.
pub(crate) fn use_session() -> Session {
    expect_context()
}

/// What a guarded page shows.
#[derive(Clone, PartialEq, Eq)]
enum Gate {
    /// Nothing yet.
    Loading,
    /// The way to the login page.
    Closed,
    /// Why it cannot be known.
    Failed(api::Error),
    /// Its content, for the account of this id.
    Open(String),
}

impl Gate {
    /// Decides by the newest answer and by what is shown already.
    ///
    /// An open page stays when its session ends or the network fails: what was typed into it is
    /// still worth something after the next login.
    fn decide(before: Option<&Self>, answer: Option<api::Result<Option<SessionStatus>>>) -> Self {
        match (answer, before) {
            (Some(Ok(Some(status))), _) => Self::Open(status.user.id),
            (_, Some(Self::Open(id))) => Self::Open(id.clone()),
            (Some(Err(error)), _) if error.is(ErrorCode::Unauthenticated) => Self::Closed,
            (Some(Err(error)), _) => Self::Failed(error),
            (None | Some(Ok(None)), _) => Self::Loading,
        }
    }
}

/// Shows its children to whoever is logged in, and sends everyone else to the login page.
#[component]
pub(crate) fn Protected(children: ChildrenFn) -> impl IntoView {
    let session = use_session();
    let path = use_location().pathname;
    let gate = Memo::new(move |before| Gate::decide(before, session.answer.get()));
    effect(move || {
        if *gate.read() == Gate::Closed {
            let target = next::login_href(Some(&path.read_untracked()));
            spawn_local(async move { browser::go(&target, History::Replace).await });
        }
    });
    let on_retry = Callback::new(move |()| session.answer.refetch());

    dynamic(move || match gate.get() {
        Gate::Loading | Gate::Closed => view! { <Loading /> }.into_any(),
        Gate::Failed(error) => {
            view! { <UnavailablePage title=say(Text::NOT_AVAILABLE) error on_retry /> }.into_any()
        }
        Gate::Open(_) => children(),
    })
}

/// Says that the session has ended, and how to go on without losing the page.
#[component]
pub(crate) fn SessionEnded() -> impl IntoView {
    let session = use_session();
    let path = use_location().pathname;
    let has_ended = Memo::new(move |_| session.is_absent());
    // The login happens in another tab; this one looks again when its user comes back to it.
    let listener = window_event_listener_untyped("focus", move |_| {
        if has_ended.get_untracked() {
            session.answer.refetch();
        }
    });
    on_cleanup(move || listener.remove());

    dynamic(move || {
        let href = next::login_href(Some(&path.read()));
        has_ended
            .get()
            .then(|| {
                view! {
                    <p role="alert" class="note note-bad" data-code="session_ended">
                        {say(Text::SESSION_ENDED)} " "
                        <a href=href target="_blank">
                            {say(Text::SESSION_ENDED_LINK)}
                        </a>
                    </p>
                }
            })
            .into_any()
    })
}

#[cfg(test)]
mod tests {
    use shared::session::{Method, Role, SessionInfo, SessionStatus, User};

    use super::Gate;
    use crate::api::Error;

    fn live(id: &str) -> SessionStatus {
        let user = User {
            id: id.to_owned(),
            username: "alice".to_owned(),
            display_name: None,
            email: None,
            role: Role::User,
            has_password: true,
        };
        let session = SessionInfo {
            id: "s".to_owned(),
            method: Method::Password,
            started_at: 0,
            expires_at: 0,
            confirmed_until: 0,
        };
        SessionStatus { user, session }
    }

    #[test]
    fn open_page_outlives_its_session_and_the_network() {
        let open = Gate::Open("1".to_owned());

        assert!(Gate::decide(Some(&open), Some(Err(Error::Offline))) == open);
        assert!(Gate::decide(Some(&open), Some(Ok(None))) == open);
        assert!(Gate::decide(None, Some(Err(Error::Offline))) == Gate::Failed(Error::Offline));
    }

    #[test]
    fn other_account_gets_a_page_of_its_own() {
        let open = Gate::Open("1".to_owned());
        let next = Gate::decide(Some(&open), Some(Ok(Some(live("2")))));

        assert!(next == Gate::Open("2".to_owned()));
    }
}
