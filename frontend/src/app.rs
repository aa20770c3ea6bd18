//! Which page stands at which path.

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

use crate::pages::home::HomePage;
use crate::pages::link::LinkPage;
use crate::pages::login::LoginPage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::profile::ProfilePage;
use crate::pages::setup::SetupPage;
use crate::session::Session;

/// The whole app. Its paths are those of `shared::routes`; `FlatRoutes` since none is nested.
#[component]
pub(crate) fn App() -> impl IntoView {
    view! {
        <Router>
            <Pages />
        </Router>
    }
}

/// The routes, below the router so that the session can follow the path.
#[component]
fn Pages() -> impl IntoView {
    Session::provide();
    view! {
        <FlatRoutes fallback=NotFoundPage>
            <Route path=path!("/") view=HomePage />
            <Route path=path!("/login") view=LoginPage />
            <Route path=path!("/profile") view=ProfilePage />
            <Route path=path!("/link") view=LinkPage />
            <Route path=path!("/setup") view=SetupPage />
        </FlatRoutes>
    }
}
