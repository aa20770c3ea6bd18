//! What admins have behind the login: the pages of the third module.

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route};
use leptos_router::hooks::use_location;
use leptos_router::path;
use shared::routes;

use crate::base::route;
use crate::dynamic::dynamic;
use crate::inside::{Reload, Shell};
use crate::pages::activity::ActivityPage;
use crate::pages::doctor::DoctorPage;
use crate::pages::users::UsersPage;

/// All of it. The router has one route for all paths: each more would cost 3 kB.
#[component]
pub(crate) fn Admin() -> impl IntoView {
    view! {
        <Shell pages=|| {
            view! {
                <FlatRoutes fallback=Reload>
                    <Route path=path!("/*page") view=Page />
                </FlatRoutes>
            }
                .into_any()
        } />
    }
}

/// The page that stands at this path, which is one of
/// [`Section::Admin`](shared::routes::Section::Admin).
#[component]
fn Page() -> impl IntoView {
    let path = use_location().pathname;
    let page = Memo::new(move |_| routes::page(route(&path.read())).to_owned());
    dynamic(move || match page.read().as_str() {
        routes::USERS => view! { <UsersPage /> }.into_any(),
        routes::ACTIVITY => view! { <ActivityPage /> }.into_any(),
        routes::DOCTOR => view! { <DoctorPage /> }.into_any(),
        _ => view! { <Reload /> }.into_any(),
    })
}
