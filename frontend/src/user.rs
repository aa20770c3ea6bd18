//! What Leptos applications on Postern's host use to know their user. They have the host for
//! themselves; Postern is below `/_postern`, by `POSTERN_UPSTREAM` or inside an axum application.

use leptos::children::{ChildrenFn, ViewFn};
use leptos::prelude::*;
use shared::api::{LogOut, ShowSession};
use shared::error::ErrorCode;
use shared::session::User;

use crate::browser::{self, History, tabs};
use crate::dynamic::{dynamic, effect};
use crate::mutation::Mutation;
use crate::remote::Remote;
use crate::{api, base, next};

/// Who uses the page.
///
/// ```
/// use postern_page::UserState;
///
/// fn greeting(state: UserState) -> String {
///     match state {
///         UserState::Loading => String::new(),
///         UserState::LoggedOut => "Hello stranger".to_owned(),
///         UserState::LoggedIn(user) => format!("Hello {}", user.username),
///         UserState::Unreachable => "The server does not answer".to_owned(),
///     }
/// }
/// # assert_eq!(greeting(UserState::LoggedOut), "Hello stranger");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserState {
    /// The server has not answered yet.
    Loading,
    /// Nobody is logged in.
    LoggedOut,
    /// Somebody is.
    LoggedIn(User),
    /// The server does not answer, or not as Postern does.
    Unreachable,
}

/// What [`use_user`] returns, for all that is below.
#[derive(Clone, Copy)]
struct CurrentUser(Signal<UserState>);

/// Returns who uses the page. The first call asks the server, and all components below use its
/// answer: call it at the top. It is asked again when the window gets the focus, and when the user
/// logs out in another tab.
///
/// ```no_run
/// use leptos::prelude::*;
/// use postern_page::{UserState, use_user};
///
/// #[component]
/// fn Greeting() -> impl IntoView {
///     let user = use_user();
///     move || match user.get() {
///         UserState::LoggedIn(user) => format!("Hello {}", user.username),
///         _ => String::new(),
///     }
/// }
/// ```
pub fn use_user() -> Signal<UserState> {
    if let Some(CurrentUser(user)) = use_context() {
        return user;
    }
    base::leave_host_to_application();
    let answer = Remote::new(|| Some(api::call(ShowSession {})));
    let listener = window_event_listener_untyped("focus", move |_| answer.refetch());
    tabs::on_logout(move || answer.refetch());
    on_cleanup(move || listener.remove());
    let user = Signal::derive(move || match answer.get() {
        None | Some(Ok(None)) => UserState::Loading,
        Some(Ok(Some(status))) => UserState::LoggedIn(status.user),
        Some(Err(error)) if error.is(ErrorCode::Unauthenticated) => UserState::LoggedOut,
        Some(Err(_)) => UserState::Unreachable,
    });
    provide_context(CurrentUser(user));
    user
}

/// A link to the login, which leads back to where the page is now.
///
/// ```no_run
/// use leptos::prelude::*;
/// use postern_page::LoginLink;
///
/// #[component]
/// fn Bar() -> impl IntoView {
///     view! { <LoginLink>"Log in"</LoginLink> }
/// }
/// ```
#[component]
pub fn LoginLink(
    /// The words.
    children: Children,
) -> impl IntoView {
    let href = RwSignal::new(login_href());
    // The page may have moved on since the link was drawn.
    let refresh = move || href.set(login_href());
    view! {
        <a
            href=href
            rel="external"
            on:pointerenter=move |_| refresh()
            on:focus=move |_| refresh()
        >
            {children()}
        </a>
    }
}

/// A button that logs out, and leads where Postern says: to its login page, or to the logout of the
/// `OpenID` Provider.
///
/// ```no_run
/// use leptos::prelude::*;
/// use postern_page::LogoutButton;
///
/// #[component]
/// fn Bar() -> impl IntoView {
///     view! { <LogoutButton>"Log out"</LogoutButton> }
/// }
/// ```
#[component]
pub fn LogoutButton(
    /// The words.
    children: Children,
) -> impl IntoView {
    base::leave_host_to_application();
    let log_out = Mutation::new(move || async move {
        let answer = api::call(LogOut {}).send().await;
        if let Ok(answer) = &answer {
            tabs::tell_logout();
            browser::go(&answer.redirect, History::Replace).await;
        }
        answer.map(|_| ())
    });
    view! {
        <button type="button" disabled=move || log_out.is_pending() on:click=move |_| log_out.start()>
            {children()}
        </button>
    }
}

/// Shows its children to somebody who is logged in. Others see `fallback`; without it, they are
/// sent to the login, and come back afterwards.
///
/// It hides nothing from who reads the page's code: what is secret, the server must refuse, as
/// `CurrentUser` of the crate `postern` does.
///
/// ```no_run
/// use leptos::prelude::*;
/// use postern_page::RequireUser;
///
/// #[component]
/// fn Notes() -> impl IntoView {
///     view! {
///         <RequireUser>
///             <p>"Your notes"</p>
///         </RequireUser>
///     }
/// }
/// ```
#[component]
pub fn RequireUser(
    /// What others see.
    #[prop(optional, into)]
    fallback: Option<ViewFn>,
    /// What is shown to who is logged in.
    children: ChildrenFn,
) -> impl IntoView {
    let user = use_user();
    // The children stay while their user does, whatever else is new about them.
    let is_logged_in = Memo::new(move |_| matches!(*user.read(), UserState::LoggedIn(_)));
    let is_logged_out = Memo::new(move |_| *user.read() == UserState::LoggedOut);
    if fallback.is_none() {
        effect(move || {
            if is_logged_out.get() {
                // Without a window there is nowhere to go.
                let _ = window().location().assign(&login_href());
            }
        });
    }
    dynamic(move || match &fallback {
        _ if is_logged_in.get() => children().into_any(),
        Some(fallback) if is_logged_out.get() => fallback.run().into_any(),
        Some(_) | None => ().into_any(),
    })
}

/// Returns the address of the login that leads back here.
fn login_href() -> String {
    base::leave_host_to_application();
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let search = location.search().unwrap_or_default();
    next::login_href(Some(&next::with_search(path, &search)))
}
