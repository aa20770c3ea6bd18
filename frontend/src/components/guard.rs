//! The guard of the pages behind the login.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use shared::error::ErrorCode;
use shared::session::SessionStatus;
use shared::text::Text;

use crate::api;
use crate::browser::{self, History};
use crate::components::frame::{Loading, UnavailablePage};
use crate::dynamic::{dynamic, effect};
use crate::next;
use crate::session::use_session;
use crate::text::say;

/// What a guarded page shows.
#[derive(Clone, PartialEq, Eq)]
enum Gate {
    /// That it loads.
    Loading,
    /// Nothing: the browser goes to the login page.
    Closed,
    /// Why the session is not known.
    Failed(api::Error),
    /// Its content, for the account of this id.
    Open(String),
}

impl Gate {
    /// Decides by the newest answer and by what is shown already.
    ///
    /// An open page stays when its session ends or the network fails: what was typed into it can be
    /// sent after the next login.
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

/// Shows its children to logged-in users, and sends everyone else to the login page.
#[component]
pub(crate) fn Protected(children: ChildrenFn) -> impl IntoView {
    let session = use_session();
    let location = use_location();
    let gate = Memo::new(move |before| Gate::decide(before, session.answer()));
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
    let on_retry = Callback::new(move |()| session.refetch());

    dynamic(move || match gate.get() {
        Gate::Loading | Gate::Closed => view! { <Loading /> }.into_any(),
        Gate::Failed(error) => {
            view! { <UnavailablePage title=say(Text::NOT_AVAILABLE) error on_retry /> }.into_any()
        }
        Gate::Open(_) => children(),
    })
}

/// Says that the session has ended, and how to continue without losing the page.
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
        SessionStatus {
            user,
            session,
            applications: Vec::new(),
        }
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
