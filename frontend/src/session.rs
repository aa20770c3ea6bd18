//! Who is logged in, asked once for all pages that need it, and the guard of those pages.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use shared::error::ErrorCode;
use shared::routes;
use shared::session::{Role, SessionStatus};

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
    /// The newest that came: it outlives the session's end and the network's.
    known: Memo<Option<SessionStatus>>,
}

impl Session {
    /// Creates the resource below the router, and hands it to all pages.
    pub(crate) fn provide() {
        let path = use_location().pathname;
        let is_needed = Memo::new(move |_| routes::GUARDED.contains(&path.read().as_str()));
        let answer = Loaded::new(move || is_needed.get().then(api::session));
        let known = Memo::new(move |before: Option<&Option<SessionStatus>>| {
            let newest = answer.get().and_then(Result::ok).flatten();
            newest.or_else(|| before.cloned().flatten())
        });
        // Whoever comes back to this tab may have logged in or out in another one meanwhile, as
        // somebody else even; whose page this is must be known before anything is sent from it.
        for event in ["focus", "online"] {
            window_event_listener_untyped(event, move |_| {
                if is_needed.get_untracked() {
                    answer.refetch();
                }
            });
        }
        provide_context(Self { answer, known });
    }

    /// Returns who is logged in, as far as it is known.
    pub(crate) fn status(self) -> Option<SessionStatus> {
        self.known.get()
    }

    /// The account has changed.
    pub(crate) fn refetch(self) {
        self.answer.refetch();
    }

    /// Was the server out of reach when it was asked last?
    pub(crate) fn is_offline(self) -> bool {
        matches!(self.answer.get(), Some(Err(api::Error::Offline)))
    }

    /// Is an admin logged in? Stays as it was while the session has ended, so that the page does.
    pub(crate) fn is_admin(self) -> bool {
        self.known
            .read()
            .as_ref()
            .is_some_and(|status| status.user.role == Role::Admin)
    }

    /// Has the server said that nobody is logged in?
    fn is_absent(self) -> bool {
        matches!(self.answer.get(), Some(Err(error)) if error.is(ErrorCode::Unauthenticated))
    }

    /// Passes a result on, and asks for the session anew if it is no longer as it was: gone, out
    /// of reach, or back.
    pub(crate) fn heed<T>(self, result: api::Result<T>) -> api::Result<T> {
        self.look(result.as_ref().err());
        result
    }

    /// Is compiled once, unlike `heed`.
    fn look(self, error: Option<&api::Error>) {
        let is_other = match error {
            None => untrack(|| self.is_offline() || self.is_absent()),
            Some(api::Error::Offline) => true,
            Some(error) => error.is(ErrorCode::Unauthenticated),
        };
        if is_other {
            self.answer.refetch();
        }
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
    let location = use_location();
    let gate = Memo::new(move |before| Gate::decide(before, session.answer.get()));
    effect(move || {
        if *gate.read() == Gate::Closed {
            let (path, search) = (
                location.pathname.get_untracked(),
                location.search.get_untracked(),
            );
            let target = next::login_href(Some(&next::with_search(path, &search)));
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
    dynamic(move || {
        let href = next::login_href(Some(&path.read()));
        has_ended
            .get()
            .then(|| {
                view! {
                    <p role="alert" class="note note-bad staying" data-code="session_ended">
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
    use shared::session::{LoginMethod, Role, SessionInfo, SessionStatus, User};

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
            method: LoginMethod::Password,
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
