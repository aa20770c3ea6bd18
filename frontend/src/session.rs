//! Who is logged in, loaded once for all pages that need it.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::api::ShowSession;
use shared::error::ErrorCode;
use shared::routes;
use shared::session::{Role, SessionStatus};

use crate::api;
use crate::base;
use crate::remote::Remote;

/// The session of this browser, for all pages.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    /// Loaded whenever the visitor enters the guarded pages; nothing on other pages.
    answer: Remote<SessionStatus>,
    /// The last session that the server knew: it outlives the session and the network.
    known: Memo<Option<SessionStatus>>,
}

impl Session {
    /// Creates it below the router, and provides it to all pages.
    pub(crate) fn provide() {
        let path = use_location().pathname;
        let is_needed = Memo::new(move |_| routes::is_guarded(base::route(&path.read())));
        let answer = Remote::new(move || is_needed.get().then(|| api::call(ShowSession {})));
        let known = Memo::new(move |before: Option<&Option<SessionStatus>>| {
            let newest = answer.get().and_then(Result::ok).flatten();
            newest.or_else(|| before.cloned().flatten())
        });
        // The user may have logged in or out in another tab meanwhile, even as somebody else. The
        // page must know whose it is before it sends anything.
        for event in ["focus", "online"] {
            window_event_listener_untyped(event, move |_| {
                if is_needed.get_untracked() {
                    answer.refetch();
                }
            });
        }
        provide_context(Self { answer, known });
    }

    /// Returns who is logged in, as far as the page knows.
    pub(crate) fn status(self) -> Option<SessionStatus> {
        self.known.get()
    }

    /// Loads it again; for changes of the account.
    pub(crate) fn refetch(self) {
        self.answer.refetch();
    }

    /// Loads it again, and returns once the answer is there.
    pub(crate) async fn ask(self) {
        self.answer.ask(api::call(ShowSession {})).await;
    }

    /// Returns true if the server could not be reached the last time.
    pub(crate) fn is_offline(self) -> bool {
        matches!(self.answer.get(), Some(Err(api::Error::Offline)))
    }

    /// Returns true if an admin is logged in. Keeps its value when the session ends, so that the
    /// page stays.
    pub(crate) fn is_admin(self) -> bool {
        self.known
            .read()
            .as_ref()
            .is_some_and(|status| status.user.role == Role::Admin)
    }

    /// Returns what the server answered last: `None` while there is no answer, `Some(Ok(None))` if
    /// nothing was asked.
    pub(crate) fn answer(self) -> Option<api::Result<Option<SessionStatus>>> {
        self.answer.get()
    }

    /// Returns true if the server's last answer names somebody.
    pub(crate) fn is_known(self) -> bool {
        matches!(self.answer.get(), Some(Ok(Some(_))))
    }

    /// Returns true if the server has said that nobody is logged in.
    pub(crate) fn is_absent(self) -> bool {
        matches!(self.answer.get(), Some(Err(error)) if error.is(ErrorCode::Unauthenticated))
    }

    /// Returns the result, and loads the session again if the result shows a change: it is gone,
    /// out of reach, or back.
    pub(crate) fn note_result<T>(self, result: api::Result<T>) -> api::Result<T> {
        self.note_error(result.as_ref().err());
        result
    }

    /// The part of [`Session::note_result`] that is compiled once.
    fn note_error(self, error: Option<&api::Error>) {
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

/// Returns the session that [`Session::provide`] created.
pub(crate) fn use_session() -> Session {
    expect_context()
}
