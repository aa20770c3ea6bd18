//! A test login: an admin goes to the OP and back, nobody is logged in, and what came is shown.
//! The reasons are for the administrator, and in English as the log is.

use serde::{Deserialize, Serialize};

/// Where a claim came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The ID token.
    IdToken,
    /// The userinfo endpoint.
    Userinfo,
    /// Both, with the same value.
    Both,
}

/// A claim that came. One that differs between its sources is there twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenClaim {
    /// Its name.
    pub name: String,
    /// Its value, as JSON; cut off where it is long.
    pub value: String,
    /// Where it came from.
    pub source: Source,
}

/// What a login of this identity would come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// It did not come so far: something failed at the OP, or between.
    Fail,
}

/// What a test login showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestLogin {
    /// When, in Unix seconds.
    pub at: i64,
    /// The reference of its line in the log.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it would come to.
    pub verdict: Verdict,
    /// The username of the account that it would lead to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Where it is refused or fails: the code of the error page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why, in the order in which it was looked at.
    pub reasons: Vec<String>,
    /// Where it is refused or fails: what to do at this OP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The claims, by name.
    pub claims: Vec<SeenClaim>,
}

/// `GET /api/test-login`: the last test login of the admin who asks; `null` where there was none
/// within the hour.
pub type LastTestLogin = Option<TestLogin>;
