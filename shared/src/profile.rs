//! The user's own record and its changes.

use serde::{Deserialize, Serialize};

use crate::session::User;

/// The answer of `GET` and `PATCH /api/profile`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Profile {
    /// The account.
    pub user: User,
    /// The identities linked to it.
    pub identities: Vec<LinkedIdentity>,
    /// The email that the account only claimed, and that was confirmed as another account's; told
    /// until the owner saves an email, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_email: Option<String>,
}

/// The body of `PATCH /api/profile`: an absent field stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProfileUpdate {
    /// A new email; empty clears it. Requires a recent login or confirmation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A new display name; empty clears it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// An identity at a provider: the pair of issuer and subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkedIdentity {
    /// Opaque; the id in `DELETE /api/profile/identities/{id}`.
    pub id: String,
    /// The provider's name for people.
    pub label: String,
    /// The OP's issuer identifier.
    pub issuer: String,
    /// The username at the OP at the last login; for display alone.
    pub username: Option<String>,
    /// The email at the OP at the last login; for display alone.
    pub email: Option<String>,
    /// When it was linked, Unix seconds.
    pub linked_at: i64,
    /// When it last logged in, Unix seconds.
    pub last_login_at: Option<i64>,
}

/// The body of `POST /api/profile/password`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PasswordChange {
    /// The current password; absent only for an account without one.
    #[serde(default)]
    pub current: Option<String>,
    /// The new one.
    pub new: String,
}
