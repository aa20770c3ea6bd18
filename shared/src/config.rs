//! What the login page needs to know before anyone is logged in.

use serde::{Deserialize, Serialize};

/// The answer of `GET /api/config`.
///
/// ```json
/// {"password_login":true,"provider_first":false,"setup_needed":false,"signed_in":false,"ended_by_provider":false,
///  "database_away":false,
///  "openid":{"provider":"authentik","label":"Authentik","icon":"<svg …>","autologin":false,"unreachable_since":null},
///  "hint":null}
/// ```
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and a page asks for them one by one"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicConfig {
    /// May people log in with a password of this server's own?
    pub password_login: bool,
    /// Do most people here log in through the provider? Then that stands first.
    pub provider_first: bool,
    /// No admin exists yet: `/setup` is open to whoever holds the setup token.
    pub setup_needed: bool,
    /// Does the asking browser hold a live session? (Spares the login page a 401.)
    pub signed_in: bool,
    /// Did the provider end the session that the asking browser had?
    pub ended_by_provider: bool,
    /// Does the server not reach its database? Then nobody can log in, and nothing is known of who
    /// asks.
    pub database_away: bool,
    /// The provider, where one is configured.
    pub openid: Option<PublicProvider>,
    /// With `?error=CODE`: what the administrator should do about it at this very provider.
    pub hint: Option<String>,
}

/// The provider as the login page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicProvider {
    /// Lower-case name, `OIDC_PROVIDER`.
    pub provider: String,
    /// The name on the button: `Log in with {label}`.
    pub label: String,
    /// Its icon: SVG, made by the server from what it knows of the provider.
    pub icon: String,
    /// Go to the provider at once; never after a logout or an error.
    pub autologin: bool,
    /// Unix seconds since when the server cannot reach the provider; `None` while it can.
    pub unreachable_since: Option<i64>,
}
