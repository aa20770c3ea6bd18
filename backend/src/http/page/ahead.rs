//! What a page behind the login asks for first. The document names it, so that the answers come beside
//! the app, not after it.

use shared::api::{
    Examine, ListAudit, ListSessions, ListUsers, ShowConfig, ShowProfile, ShowSession,
    ShowTestLogin,
};
use shared::endpoint::Endpoint as _;
use shared::routes;
use shared::session::Role;

/// Returns the paths of the requests that the page at `path` sends as soon as it can, for somebody of
/// that role. With a query, the page may narrow its list down, and asks for another one.
pub(crate) fn requests(path: &str, has_query: bool, role: Role) -> Vec<String> {
    let mut requests = vec![ShowSession {}.path()];
    match routes::page(path) {
        routes::PROFILE => requests.extend([
            ShowProfile {}.path(),
            ShowConfig {}.path(),
            ListSessions {}.path(),
        ]),
        _ if role != Role::Admin => {}
        routes::USERS => {
            requests.push(ShowConfig {}.path());
            requests.extend((!has_query).then(|| ListUsers {}.path()));
        }
        routes::ACTIVITY => requests.extend((!has_query).then(|| ListAudit {}.path())),
        routes::DOCTOR => requests.extend([ShowTestLogin {}.path(), Examine {}.path()]),
        _ => {}
    }
    requests
}
