//! Accounts as an admin sees and changes them, and the one-time link by which a person sets a
//! password. All times are Unix seconds.

use serde::{Deserialize, Serialize};

use crate::profile::LinkedIdentity;
use crate::session::Role;

/// How many accounts a page of the list has.
pub const USERS_PAGE: usize = 50;

/// The answer of `GET /api/users`: a page of accounts, by username.
///
/// `?search=TEXT` keeps those that have the text in username, email or display name, whatever its
/// case; `?role=admin|user` and `?status=enabled|disabled` narrow it down further; `?after=CURSOR`
/// gives the page that follows the one whose `next` it was.
///
/// ```json
/// {"users":[…],"next":"alice","total":120}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserList {
    /// The accounts, [`USERS_PAGE`] at most.
    pub users: Vec<UserEntry>,
    /// What `after` must be for the next page, where there is one. Opaque.
    pub next: Option<String>,
    /// How many accounts match, on all pages together.
    pub total: u64,
}

/// An account as an admin sees it.
///
/// ```json
/// {"id":"0197…","username":"alice","display_name":"Alice","email":"alice@example.com",
///  "email_set_by_admin":true,"role":"user","disabled":false,"has_password":true,
///  "created_at":1760000000,"last_login_at":1760000500,"identities":[],"welcome_until":null}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserEntry {
    /// Opaque, stable.
    pub id: String,
    /// Unique, compared case-insensitively. Never changes.
    pub username: String,
    /// What the user likes to be called.
    pub display_name: Option<String>,
    /// Unique; ties the account to the provider at the first login there.
    pub email: Option<String>,
    /// Does an admin vouch for that email? Then an identity with it is linked without the
    /// account's password.
    pub email_set_by_admin: bool,
    /// What the account may do.
    pub role: Role,
    /// Is it refused everywhere?
    pub disabled: bool,
    /// Has it a password?
    pub has_password: bool,
    /// When it was made.
    pub created_at: i64,
    /// When its owner last logged in, by whichever method; `None` for never.
    pub last_login_at: Option<i64>,
    /// The identities linked to it; `id` names one in
    /// `DELETE /api/users/{id}/identities/{identity}`.
    pub identities: Vec<LinkedIdentity>,
    /// When its open welcome link ends; `None` where it has none.
    pub welcome_until: Option<i64>,
}

/// The body of `POST /api/users`.
///
/// ```json
/// {"username":"alice","email":"alice@example.com","display_name":"Alice","role":"user"}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUser {
    /// Its username.
    pub username: String,
    /// Its email; none or empty for an account without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Its display name; none or empty for an account without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it may do.
    pub role: Role,
}

/// The answer of `POST /api/users`, 201.
///
/// ```json
/// {"user":{…},"welcome":{"url":"https://app.example.com/welcome#…","expires_at":1760259200}}
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct CreatedUser {
    /// The account.
    pub user: UserEntry,
    /// By which its owner sets a password; `None` where password login is switched off, since the
    /// owner comes through the provider then.
    pub welcome: Option<WelcomeLink>,
}

/// The body of `PATCH /api/users/{id}`: what is absent stays as it is. All or nothing.
///
/// ```json
/// {"email":"","role":"admin"}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserUpdate {
    /// A new email, for which the admin vouches; empty clears it. The one that the account has
    /// already is no change, and no vouching.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A new display name; empty clears it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it may do. A change ends its sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Refused everywhere, or not. Disabling ends its sessions and its welcome link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// A link by which a person sets the account's password, once: the answer of
/// `POST /api/users/{id}/welcome-link`. Whoever has it has the account, so it has no `Debug`.
///
/// ```json
/// {"url":"https://app.example.com/welcome#…","expires_at":1760259200}
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct WelcomeLink {
    /// The page's URL. The token is its fragment, which no browser sends to any server.
    pub url: String,
    /// When it ends.
    pub expires_at: i64,
}

/// The body of `POST /api/welcome/check`.
///
/// ```json
/// {"token":"…"}
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct WelcomeCheck {
    /// The fragment of the link.
    pub token: String,
}

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// To choose a password, and log in.
    Password,
    /// To log in, whatever other ways there are: made at the server's command line.
    Login,
}

/// The answer of `POST /api/welcome/check`: whose link it is. A link that is no good, for whatever
/// reason, is a 404 `welcome_link_invalid`.
///
/// ```json
/// {"purpose":"password","username":"alice","display_name":"Alice","has_password":false,
///  "expires_at":1760259200}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// What the link is for.
    pub purpose: LinkPurpose,
    /// The account's username.
    pub username: String,
    /// What its owner likes to be called.
    pub display_name: Option<String>,
    /// Has it a password, which a link for a password replaces?
    pub has_password: bool,
    /// When the link ends.
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
pub struct WelcomePassword {
    /// The fragment of the link.
    pub token: String,
    /// The new password; none for a link that logs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}
