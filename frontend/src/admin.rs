//! What admins have behind the login: the pages of the third module.

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route};
use leptos_router::path;

use crate::inside::{Reload, Shell};
use crate::pages::activity::ActivityPage;
use crate::pages::doctor::DoctorPage;
use crate::pages::users::UsersPage;

/// All of it. Its paths are those of [`Section::Admin`](shared::routes::Section::Admin).
#[component]
pub(crate) fn Admin() -> impl IntoView {
    view! {
        <Shell pages=|| {
            view! {
                <FlatRoutes fallback=Reload>
                    <Route path=path!("/users") view=UsersPage />
                    <Route path=path!("/activity") view=ActivityPage />
                    <Route path=path!("/doctor") view=DoctorPage />
                </FlatRoutes>
            }
                .into_any()
        } />
    }
}
