//! A link that waits for its user's word.

use serde::{Deserialize, Serialize};

/// The answer of `GET /api/link`: both identities, and what is asked.
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
    /// Must the account's password be given? `false` where its owner is logged in.
    pub needs_password: bool,
}

/// The body of `POST /api/link`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct LinkAnswer {
    /// The account's password, where `needs_password` says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}
