//! A pending link, which waits for its user's confirmation.

use serde::{Deserialize, Serialize};

/// The answer of `GET /api/link`: both identities, and the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLink {
    /// The provider's name for people.
    pub label: String,
    /// The username at the OP.
    pub identity_username: Option<String>,
    /// The email at the OP.
    pub identity_email: Option<String>,
    /// The account here.
    pub account_username: String,
    /// True if the account's password is required; `false` if its owner is logged in.
    pub needs_password: bool,
}

/// The body of `POST /api/link`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct LinkAnswer {
    /// The account's password, if `needs_password` is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}
