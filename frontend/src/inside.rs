//! What is behind the login: the pages of the second module, and which of them stands where.

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::use_location;
use leptos_router::path;
use shared::routes::{self, Section};

use crate::base::{base, route};
use crate::browser;
use crate::components::ask::{Ask, AskDialog};
use crate::components::frame::Loading;
use crate::components::unsaved::{Unsaved, use_unsaved};
use crate::dynamic::effect;
use crate::pages::home::HomePage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::profile::ProfilePage;
use crate::session::Session;
use crate::veil;

/// All of it. Its paths are those of [`Section::Inside`]; `FlatRoutes` since none is nested.
#[component]
pub(crate) fn Inside() -> impl IntoView {
    view! {
        <Shell pages=|| {
            view! {
                <FlatRoutes fallback=Elsewhere>
                    <Route path=path!("/") view=HomePage />
                    <Route path=path!("/profile") view=ProfilePage />
                </FlatRoutes>
            }
                .into_any()
        } />
    }
}

/// What all pages behind the login have around them.
#[component]
pub(crate) fn Shell(
    /// The module's routes.
    pages: fn() -> AnyView,
) -> impl IntoView {
    let ask = Ask::provide();
    Unsaved::provide(ask);
    view! {
        <Router base=base()>
            <Pages pages />
        </Router>
        <AskDialog ask />
    }
}

/// The routes, below the router so that the session can follow the path.
#[component]
fn Pages(
    /// The module's routes.
    pages: fn() -> AnyView,
) -> impl IntoView {
    Session::provide();
    veil::provide();
    let (unsaved, path) = (use_unsaved(), use_location().pathname);
    effect(move || {
        path.track();
        unsaved.stay();
    });
    pages()
}

/// A path that no route has: it leads nowhere, or to a page of another module.
#[component]
fn Elsewhere() -> impl IntoView {
    match routes::section(route(&use_location().pathname.read_untracked())) {
        Section::Inside => view! { <NotFoundPage /> }.into_any(),
        Section::Login | Section::Entry | Section::Admin => view! { <Reload /> }.into_any(),
    }
}

/// A page of another module, for which the router's way is a link like any other.
#[component]
pub(crate) fn Reload() -> impl IntoView {
    browser::reload();
    view! { <Loading /> }.into_any()
}
