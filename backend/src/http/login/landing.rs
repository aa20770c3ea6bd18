//! Where a login leads that came from nowhere: into the only application, or home.

use shared::routes;

use crate::app::AppState;
use crate::http::extract::principal::Current;
use crate::return_to::ReturnTo;

/// Returns where the answer to a login leads. Only the session that it begins knows which
/// applications there are for it: a browser that did not say where to go is sent by way of the check
/// of its cookie.
pub(crate) fn after_login(app: &AppState, next: &ReturnTo) -> String {
    let base = app.config.base();
    if *next == ReturnTo::home(base) && !app.config.applications.0.is_empty() {
        base.of(routes::API_LOGIN_CHECK)
    } else {
        next.as_str().to_owned()
    }
}

/// Returns where somebody goes who has logged in: to `next`, but into the only application that they
/// may open instead of a home page with one tile.
pub(crate) fn of(app: &AppState, current: &Current, next: &ReturnTo) -> String {
    let base = app.config.base();
    if *next != ReturnTo::home(base) {
        return next.as_str().to_owned();
    }
    let mut open = app.config.applications.of(&current.account);
    match (open.next(), open.next()) {
        (Some(only), None) => format!("{}/", only.url.origin()),
        _ => next.as_str().to_owned(),
    }
}
