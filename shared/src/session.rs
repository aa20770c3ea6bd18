//! Who is logged in, and the bodies of login, logout and setup.

use serde::{Deserialize, Serialize};

/// An account's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// An ordinary account.
    User,
    /// May manage the other accounts.
    Admin,
}

impl Role {
    /// Returns the role's name on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

/// An account as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct User {
    /// Opaque, stable.
    pub id: String,
    /// Unique, compared case-insensitively.
    pub username: String,
    /// The name that the user wants to be called.
    pub display_name: Option<String>,
    /// Unique; ties the account to the provider at the first login there.
    pub email: Option<String>,
    /// The account's role.
    pub role: Role,
    /// True if this account can log in with a password.
    pub has_password: bool,
}

/// How a session began. Stable: kept in the database, and a label of the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LoginMethod {
    /// By username and password.
    Password,
    /// Through the provider.
    Openid,
    /// By a link that an admin created, which sets a password.
    WelcomeLink,
    /// By a link from the command line, which logs in once.
    LoginLink,
    /// By the setup token, as the first admin.
    Setup,
}

impl LoginMethod {
    /// Every method.
    pub const ALL: [Self; 5] = [
        Self::Password,
        Self::Openid,
        Self::WelcomeLink,
        Self::LoginLink,
        Self::Setup,
    ];

    /// Returns the name in the API, in the database, in logs and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Openid => "openid",
            Self::WelcomeLink => "welcome_link",
            Self::LoginLink => "login_link",
            Self::Setup => "setup",
        }
    }
}

/// The caller's session. All times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionInfo {
    /// Opaque; not the token.
    pub id: String,
    /// How it began.
    pub method: LoginMethod,
    /// When it began.
    pub started_at: i64,
    /// When it ends if it is not used again.
    pub expires_at: i64,
    /// Until when changes that require a recent login are possible.
    pub confirmed_until: i64,
}

/// A session in its owner's list, `GET /api/profile/sessions`. All times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionEntry {
    /// The session's id, which is not the token.
    pub id: String,
    /// True if it is the caller's.
    pub is_current: bool,
    /// How it began.
    pub method: LoginMethod,
    /// The provider's display name, if it began there.
    pub provider: Option<String>,
    /// The browser and its system, if known: `Firefox on Linux`.
    pub browser: Option<String>,
    /// The `User-Agent` it comes from.
    pub user_agent: Option<String>,
    /// The client's address at login.
    pub address: Option<String>,
    /// When it began.
    pub started_at: i64,
    /// When it was last used, to the minute.
    pub last_used_at: i64,
    /// When it ends if it is not used again.
    pub expires_at: i64,
    /// What people call the applications on hosts of their own that it has opened. Their sessions end
    /// with it.
    pub applications: Vec<String>,
}

/// The answer of `GET /api/session`; without a session, the answer is a 401.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionStatus {
    /// Who is logged in.
    pub user: User,
    /// The session.
    pub session: SessionInfo,
    /// The applications behind the door that the account may open.
    pub applications: Vec<AppTile>,
}

/// An application behind the door, as the home page shows it.
///
/// ```json
/// {"label":"Grafana","url":"https://grafana.example.com/","icon":null}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AppTile {
    /// What people call it.
    pub label: String,
    /// Its first page.
    pub url: String,
    /// The address of a picture; `None` for one made of its label.
    pub icon: Option<String>,
}

/// The body of `POST /api/login`. A form may also have `next`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PasswordLogin {
    /// The username, in any case.
    pub username: String,
    /// The password.
    pub password: String,
    /// Where to go afterwards: a path on this site.
    #[serde(default)]
    pub next: Option<String>,
}

/// The body of `POST /api/session/confirm`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Confirmation {
    /// The account's password.
    pub password: String,
}

/// The body of `POST /api/setup`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Setup {
    /// The setup token from the server's log.
    pub token: String,
    /// The first admin's username.
    pub username: String,
    /// The first admin's password.
    pub password: String,
    /// The first admin's email, if given.
    #[serde(default)]
    pub email: Option<String>,
    /// Where to go afterwards: a path on this site.
    #[serde(default)]
    pub next: Option<String>,
}

/// Where the browser should go next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoTo {
    /// A path on this site, or the OP's URL.
    pub redirect: String,
}

/// What `logged_out` says on the login page: the session has ended.
pub const LOGGED_OUT: &str = "1";
/// The same: the browser has forgotten the session, which the server still has.
pub const LOGGED_OUT_HERE: &str = "here";
