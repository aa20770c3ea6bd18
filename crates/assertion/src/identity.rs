//! Who makes a request: the identity document.

use serde::{Deserialize, Serialize};

/// Who makes a request, the same in every way that Postern tells an application.
///
/// ```json
/// {"sub": "0198c0de-…", "username": "alice", "name": "Alice", "email": "alice@example.com",
///  "email_verified": true, "groups": ["family"], "role": "user", "auth_time": 1790000000,
///  "amr": ["pwd"], "sid": "0198c0df-…", "op": "https://auth.example.com/application/o/postern/",
///  "app": "grafana"}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The account's id. It never changes: use this as the key of your own records.
    pub sub: String,
    /// The username. It may change.
    pub username: String,
    /// What the person likes to be called; absent if they never said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The email address; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Does somebody vouch for that address? If not, its owner only claims it.
    #[serde(default)]
    pub email_verified: bool,
    /// The groups at the `OpenID` Provider, at the last login there.
    #[serde(default)]
    pub groups: Vec<String>,
    /// What the person may do at Postern.
    pub role: Role,
    /// When the person last proved who they are, in Unix seconds.
    pub auth_time: i64,
    /// How they did so (RFC 8176): `pwd` for a password.
    #[serde(default)]
    pub amr: Vec<String>,
    /// The id of the login.
    pub sid: String,
    /// The issuer of the `OpenID` Provider; absent if the login was none of its.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<String>,
    /// The application's name in Postern's settings.
    pub app: String,
}

/// What somebody may do at Postern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Administers the accounts.
    Admin,
    /// Uses applications.
    User,
}
