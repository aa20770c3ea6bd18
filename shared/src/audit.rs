//! The audit trail as an admin sees it.

use serde::{Deserialize, Serialize};

/// Every `kind` of entry. Stable.
pub const KINDS: &[&str] = &[
    "login",
    "login_failed",
    "logout",
    "session_ended",
    "session_ended_by_op",
    "session_ended_by_admin",
    "account_made",
    "account_disabled",
    "account_enabled",
    "account_deleted",
    "email_changed",
    "display_name_changed",
    "password_changed",
    "password_set_by_link",
    "role_changed",
    "identity_linked",
    "identity_unlinked",
    "welcome_link_made",
    "welcome_failed",
    "login_link_made",
    "login_link_used",
    "identity_moved",
    "database_restored",
    "setup_failed",
];

/// The answer of `GET /api/audit`: entries, the latest first.
///
/// `?account=ID` or `?account=USERNAME` (whatever its case; the account may be gone),
/// `?kind=KIND` and `?ref=REFERENCE` narrow it down; `?before=ID` gives the page that follows the
/// entry of that id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// What `before` must be for the next page, where there is one.
    pub next: Option<String>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Names the entry.
    pub id: String,
    /// When: Unix seconds.
    pub at: i64,
    /// What: `login`, `login_failed`, `logout`, `email_changed`, …
    pub kind: String,
    /// Of a failure: the code that the browser was sent.
    pub code: Option<String>,
    /// Who did it; none for a stranger and for the server itself.
    pub actor: Option<Party>,
    /// At the command line: the user of the system who typed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// To whose account.
    pub account: Option<Party>,
    /// The client's address.
    pub address: Option<String>,
    /// The request's reference, as in the log and on the error page.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// What changed; of a failure, what caused it.
    pub detail: Option<String>,
    /// Of a failed login: what an admin should do about it at the provider that is configured now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// An account in an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Names the account.
    pub id: String,
    /// Its username then.
    pub username: Option<String>,
}
