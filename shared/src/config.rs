//! What the login page needs to know before anyone is logged in.

use serde::{Deserialize, Serialize};

/// The answer of `GET /api/config`.
///
/// ```json
/// {"password_login":true,"provider_first":false,"setup_needed":false,"signed_in":false,"ended_by_provider":false,
///  "database_away":false,
///  "openid":{"provider":"authentik","label":"Authentik","icon":"<svg …>","autologin":false,"links_by_email":true,
///            "unreachable_since":null},
///  "hint":null}
/// ```
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and a page asks for them one by one"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PublicConfig {
    /// True if people may log in with a password of this server.
    pub password_login: bool,
    /// True if most people here log in through the provider, which then comes first.
    pub provider_first: bool,
    /// No admin exists yet: `/setup` is open to whoever has the setup token.
    pub setup_needed: bool,
    /// True if the browser has a live session. (Saves the login page a 401.)
    pub signed_in: bool,
    /// True if the provider ended the browser's session.
    pub ended_by_provider: bool,
    /// True if the server cannot reach its database. Then nobody can log in, and the browser's
    /// session is unknown.
    pub database_away: bool,
    /// The provider; `None` if none is configured.
    pub openid: Option<PublicProvider>,
    /// The server's own address, as in `https://app.example.com`; `None` if none is configured.
    pub public_url: Option<String>,
    /// What the administrator should do at this provider about `?error=CODE`, in the language of whoever
    /// asks.
    pub hint: Option<String>,
}

impl PublicConfig {
    /// Returns true if a first login with the provider can find an account by its email address.
    #[must_use]
    pub fn links_by_email(&self) -> bool {
        self.openid
            .as_ref()
            .is_some_and(|provider| provider.links_by_email)
    }
}

/// The provider as the login page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PublicProvider {
    /// Lower-case name, `OIDC_PROVIDER`.
    pub provider: String,
    /// The name on the button: `Log in with {label}`.
    pub label: String,
    /// Its icon: SVG from the server's presets.
    pub icon: String,
    /// Go to the provider at once; never after a logout or an error.
    pub autologin: bool,
    /// True if a first login there can find an account by its email address.
    pub links_by_email: bool,
    /// Unix seconds since when the server cannot reach the provider; `None` while it can.
    pub unreachable_since: Option<i64>,
}
