//! How to reach the OP, and how far it is trusted.

use std::fmt;
use std::time::Duration;

use oidc::settings::Settings;

use crate::public_url::PublicUrl;

/// The OP: how to reach it, and how far it is trusted.
#[derive(Debug, Clone)]
pub struct OidcConfig {
    /// How to reach the OP, how we are registered there, and how its answers are read.
    pub rp: Settings,
    /// The OP's name, which decides label, icon and hints.
    pub provider: ProviderName,
    /// Postern's own origin: that of the redirect URI.
    pub origin: PublicUrl,
    /// True if an unknown identity may get an account.
    pub allow_registration: bool,
    /// What happens if an account has the same email.
    pub link_by_email: LinkByEmail,
    /// Which values of [`Settings::role_claim`] give which role; `None` if roles are managed on
    /// this server.
    pub roles: Option<RoleValues>,
    /// True if the login page goes to the OP at once.
    pub autologin: bool,
    /// True if a logout here also logs out at the OP.
    pub rp_initiated_logout: bool,
    /// How old a session begun at the OP may be before the OP is asked again; `None` if it is not.
    pub recheck: Option<Duration>,
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

/// What happens if an email of the OP equals an account's email.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkByEmail {
    /// Links at once if that is safe, else after that account's password.
    #[default]
    Confirm,
    /// Links if the email is verified.
    Verified,
    /// Never links: people link on their profile page.
    Never,
}

/// The values of the role claim that give a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleValues {
    /// Values that give the role of an admin; may be empty.
    pub admin: Vec<String>,
    /// Values that give the role of a user, `*` for everybody; may be empty, but not both are.
    pub user: Vec<String>,
}
