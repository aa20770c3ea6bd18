//! Who is logged in, loaded once for all pages that need it.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::error::ErrorCode;
use shared::routes;
use shared::session::{Role, SessionStatus};

use crate::api;
use crate::remote::Remote;

/// The session, as every page may ask for it.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    /// Loaded anew whenever the visitor enters the guarded pages; nothing outside of them.
    answer: Remote<SessionStatus>,
    /// The newest that came: it outlives the session's end and the network's.
    known: Memo<Option<SessionStatus>>,
}

impl Session {
    /// Creates the resource below the router, and hands it to all pages.
    pub(crate) fn provide() {
        let path = use_location().pathname;
        let is_needed = Memo::new(move |_| routes::GUARDED.contains(&path.read().as_str()));
        let answer = Remote::new(move || is_needed.get().then(api::session));
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

    /// Returns what the server answered last: `None` while there is no answer, `Some(Ok(None))` if
    /// nothing was asked.
    pub(crate) fn answer(self) -> Option<api::Result<Option<SessionStatus>>> {
        self.answer.get()
    }

    /// Returns true if the server has said that nobody is logged in.
    pub(crate) fn is_absent(self) -> bool {
        matches!(self.answer.get(), Some(Err(error)) if error.is(ErrorCode::Unauthenticated))
    }

    /// Passes a result on, and asks for the session anew if it is no longer as it was: gone, out
    /// of reach, or back.
    pub(crate) fn note_result<T>(self, result: api::Result<T>) -> api::Result<T> {
        self.note_error(result.as_ref().err());
        result
    }

    /// Is compiled once, unlike `note_result`.
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

/// Returns the session that [`Session::provide`] made.
pub(crate) fn use_session() -> Session {
    expect_context()
}
