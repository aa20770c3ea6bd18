//! A pending link, which waits for its user's confirmation.

use serde::{Deserialize, Serialize};

/// The answer of `GET /api/link`: the identity, and what is asked. An account is named to its owner
/// alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PendingLink {
    /// The provider's name for people.
    pub label: String,
    /// The username at the OP.
    pub identity_username: Option<String>,
    /// The email at the OP.
    pub identity_email: Option<String>,
    /// The account here, if its owner is logged in and asked for the link.
    pub account_username: Option<String>,
    /// May the username and password of an account here be given, to link that one?
    pub takes_password: bool,
    /// May an account be created for the identity?
    pub may_register: bool,
}

/// The body of `POST /api/link`; empty if the account's owner is logged in and asked for the link.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkAnswer {
    /// Who the person is.
    #[serde(default)]
    pub way: LinkWay,
    /// The username of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Its password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// Who a person is that logs in through the OP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LinkWay {
    /// The owner of an account here, as its password proves.
    #[default]
    Account,
    /// Somebody new, who gets an account.
    New,
}
