//! How the OP is reached, and what its word counts for.

use std::fmt;

use oidc::settings::Settings;

use crate::config::urls::PublicUrl;

/// The OP: how it is reached, and what its word counts for.
#[derive(Debug, Clone)]
pub struct OidcConfig {
    /// How to reach the OP, how we are registered there, and how its answers are read.
    pub rp: Settings,
    /// What the OP is called: decides label, icon and hints.
    pub provider: ProviderName,
    /// Postern's own origin: that of the redirect URI.
    pub origin: PublicUrl,
    /// May an unknown identity get an account?
    pub allow_registration: bool,
    /// What an email that equals an account's email is good for.
    pub link_by_email: LinkByEmail,
    /// Which values of [`Settings::role_claim`] give which role; `None` if roles are this server's
    /// own business, and no claim is configured then.
    pub roles: Option<RoleValues>,
    /// Does the login page go to the OP at once?
    pub autologin: bool,
    /// Does a logout here log out at the OP too?
    pub rp_initiated_logout: bool,
}

/// The OP's name: lower case, of ASCII letters, digits, `-`, `_` and `.`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderName(pub(super) String);

impl ProviderName {
    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an email of the OP that equals an account's email is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkByEmail {
    /// Links at once where that is safe, else after that account's password.
    #[default]
    Confirm,
    /// Links where the email is verified.
    Verified,
    /// Nothing: people link from their profile page.
    Never,
}

/// The values of the role claim that give a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleValues {
    /// Values that make an admin; may be empty.
    pub admin: Vec<String>,
    /// Values that make a user, `*` for everybody; may be empty, but not both are.
    pub user: Vec<String>,
}
