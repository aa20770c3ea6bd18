//! What is behind the login: the pages of the second module, and which of them stands where.

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::use_location;
use leptos_router::path;
use shared::routes::{self, Section};

use crate::browser;
use crate::components::ask::{Ask, AskDialog};
use crate::components::dynamic::effect;
use crate::components::frame::Loading;
use crate::components::unsaved::{Unsaved, use_unsaved};
use crate::pages::activity::ActivityPage;
use crate::pages::home::HomePage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::profile::ProfilePage;
use crate::pages::users::UsersPage;
use crate::session::Session;

/// All of it. Its paths are those of `shared::routes`; `FlatRoutes` since none is nested.
#[component]
pub(crate) fn Inside() -> impl IntoView {
    let ask = Ask::provide();
    Unsaved::provide(ask);
    view! {
        <Router>
            <Pages />
        </Router>
        <AskDialog ask />
    }
}

/// The routes, below the router so that the session can follow the path.
#[component]
fn Pages() -> impl IntoView {
    Session::provide();
    let (unsaved, path) = (use_unsaved(), use_location().pathname);
    effect(move || {
        path.track();
        unsaved.stay();
    });
    view! {
        <FlatRoutes fallback=Elsewhere>
            <Route path=path!("/") view=HomePage />
            <Route path=path!("/profile") view=ProfilePage />
            <Route path=path!("/users") view=UsersPage />
            <Route path=path!("/activity") view=ActivityPage />
        </FlatRoutes>
    }
}

/// A path that no route has: it leads nowhere, or to a page of the other module, for which the
/// router's way is a link like any other.
#[component]
fn Elsewhere() -> impl IntoView {
    match routes::section(&use_location().pathname.read_untracked()) {
        Section::Inside => view! { <NotFoundPage /> }.into_any(),
        Section::Entry => {
            browser::reload();
            view! { <Loading /> }.into_any()
        }
    }
}
