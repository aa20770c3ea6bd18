//! A test login: an admin goes to the OP and back, nobody is logged in, and the received claims are
//! shown. Reasons and remedy are in the language of that admin's browser.

use serde::{Deserialize, Serialize};

/// The source of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The ID token.
    IdToken,
    /// The userinfo endpoint.
    Userinfo,
    /// Both, with the same value.
    Both,
}

/// A received claim. One that differs between its sources appears twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeenClaim {
    /// Its name.
    pub name: String,
    /// Its value, as JSON; truncated if it is long.
    pub value: String,
    /// Its source.
    pub source: Source,
    /// True if the verdict depends on it.
    #[serde(default)]
    pub decided: bool,
}

/// What a login of this identity would lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A login to the account.
    LogIn,
    /// The identity would be linked to the account at once, and logged in.
    Link,
    /// The account's password would be asked for once.
    AskForPassword,
    /// A new account.
    Register,
    /// The identity policy refuses.
    Refuse,
    /// Unknown: something failed at the OP, or on the way.
    Fail,
}

/// The result of a test login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TestLogin {
    /// When, in Unix seconds.
    pub at: i64,
    /// The reference of its line in the log.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What a login would lead to.
    pub verdict: Verdict,
    /// The username of that account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The code of the error page, if it is refused or fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The reasons, in the order of the checks.
    pub reasons: Vec<String>,
    /// What to do at this OP, if it is refused or fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The claims, by name.
    pub claims: Vec<SeenClaim>,
}

/// `GET /api/test-login`: the last test login of the admin who asks; `null` if there was none
/// within the hour.
pub type LastTestLogin = Option<TestLogin>;
