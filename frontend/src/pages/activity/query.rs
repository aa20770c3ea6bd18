//! What the server is asked for.

use shared::api::{AuditQuery, ListAudit};
use shared::audit::Audit;

use crate::api::{self, Request};
use crate::components::filters::Filters;

/// What narrows the entries down, by the names in the address and in the API.
pub(super) const FILTERS: [&str; 3] = ["account", "kind", "ref"];

/// Returns the request for the page before that entry.
pub(super) fn request(filters: Filters, before: &str) -> Request<Audit> {
    let [account, kind, reference] = FILTERS.map(|name| Some(filters.get(name)));
    let before = Some(before.to_owned());
    let query = AuditQuery {
        account,
        kind,
        reference,
        before,
    };
    api::find(ListAudit {}, &query)
}
