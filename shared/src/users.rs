//! Accounts as an admin sees and changes them, and the one-time link by which a person sets a
//! password. All times are Unix seconds.

use serde::{Deserialize, Serialize};

use crate::profile::LinkedIdentity;
use crate::session::Role;

/// How many accounts a page of the list has.
pub const USERS_PAGE: usize = 50;

/// The answer of `GET /api/users`: a page of accounts, by username.
///
/// `?search=TEXT` finds accounts with the text in username, email or display name, in any case;
/// `?username=NAME` finds the account of exactly that name, in any case;
/// `?role=admin|user` and `?status=enabled|disabled` filter further; `?after=CURSOR` gives the page
/// after the one with this `next`.
///
/// ```json
/// {"users":[…],"next":"alice","total":120,"is_total_exact":true}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserList {
    /// The accounts, [`USERS_PAGE`] at most.
    pub users: Vec<UserEntry>,
    /// The value of `after` for the next page; `None` on the last page. Opaque.
    pub next: Option<String>,
    /// How many accounts match, on all pages together, as far as they were counted: up to 10 000, or up
    /// to 1 000 that have some text.
    pub total: u64,
    /// False if there are more than that.
    pub is_total_exact: bool,
}

/// An account as an admin sees it.
///
/// ```json
/// {"id":"0197…","username":"alice","display_name":"Alice","email":"alice@example.com",
///  "email_vouched_for":true,"role":"user","disabled":false,"has_password":true,
///  "created_at":1760000000,"last_login_at":1760000500,"identities":[],"welcome_until":null,"applications":["Grafana"]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserEntry {
    /// Opaque, stable.
    pub id: String,
    /// Unique, compared case-insensitively. Never changes.
    pub username: String,
    /// The name that the user wants to be called.
    pub display_name: Option<String>,
    /// Ties the account to the provider at the first login there.
    pub email: Option<String>,
    /// True if that email is vouched for, by an admin or by the provider. Then no other account's is,
    /// and an identity whose provider verified it is linked without the account's password.
    pub email_vouched_for: bool,
    /// The account's role.
    pub role: Role,
    /// True if it is disabled.
    pub disabled: bool,
    /// True if it has a password.
    pub has_password: bool,
    /// When it was created.
    pub created_at: i64,
    /// When its owner last logged in, by any method; `None` if never.
    pub last_login_at: Option<i64>,
    /// The identities linked to it; `id` names one in
    /// `DELETE /api/users/{id}/identities/{identity}`.
    pub identities: Vec<LinkedIdentity>,
    /// When its open welcome link expires; `None` if it has none.
    pub welcome_until: Option<i64>,
    /// What people call the applications that it may open; `None` if there are no applications.
    pub applications: Option<Vec<String>>,
}

/// The body of `POST /api/users`.
///
/// ```json
/// {"username":"alice","email":"alice@example.com","display_name":"Alice","role":"user"}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewUser {
    /// Its username.
    pub username: String,
    /// Its email; `None` or empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Its display name; `None` or empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its role.
    pub role: Role,
}

/// The answer of `POST /api/users`, 201.
///
/// ```json
/// {"user":{…},"welcome":{"url":"https://app.example.com/welcome#…","expires_at":1760259200}}
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreatedUser {
    /// The account.
    pub user: UserEntry,
    /// A link for its owner to set a password; `None` if password login is off, because the owner
    /// then logs in through the provider.
    pub welcome: Option<WelcomeLink>,
}

/// The body of `PATCH /api/users/{id}`: an absent field stays as it is. All or nothing.
///
/// ```json
/// {"email":"","role":"admin"}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserUpdate {
    /// A new email, for which the admin vouches; empty clears it. The account's current email is no
    /// change, and no vouching.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A new display name; empty clears it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its role. A change ends its sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// True to disable it, which ends its sessions and its welcome link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// A link with which a person sets the account's password, once: the answer of `POST
/// /api/users/{id}/welcome-link`. Whoever has it can take the account, so it has no `Debug`.
///
/// ```json
/// {"url":"https://app.example.com/welcome#…","expires_at":1760259200}
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WelcomeLink {
    /// The page's URL. The token is its fragment, which no browser sends to any server.
    pub url: String,
    /// When it expires.
    pub expires_at: i64,
}

/// The body of `POST /api/welcome/check`.
///
/// ```json
/// {"token":"…"}
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WelcomeCheck {
    /// The fragment of the link.
    pub token: String,
}

/// The purpose of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// To choose a password, and log in.
    Password,
    /// To log in even if all other ways are closed: created at the server's command line.
    Login,
}

/// The answer of `POST /api/welcome/check`: whose link it is. An invalid link, for any reason, is a
/// 404 `welcome_link_invalid`.
///
/// ```json
/// {"purpose":"password","username":"alice","display_name":"Alice","has_password":false,
///  "expires_at":1760259200}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Welcome {
    /// The link's purpose.
    pub purpose: LinkPurpose,
    /// The account's username.
    pub username: String,
    /// The name that its owner wants to be called.
    pub display_name: Option<String>,
    /// True if it has a password, which a link for a password replaces.
    pub has_password: bool,
    /// When the link expires.
    pub expires_at: i64,
}

/// The body of `POST /api/welcome`, or the fields of a form. The answer is a
/// [`GoTo`](crate::session::GoTo) with a session cookie; for a form, a redirect to `/`, or to
/// `/welcome?error=CODE&ref=ID`, without a password `/welcome?login=1&error=CODE&ref=ID`.
///
/// ```json
/// {"token":"…","password":"…"}
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WelcomePassword {
    /// The link's fragment.
    pub token: String,
    /// The new password; `None` for a login link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}
