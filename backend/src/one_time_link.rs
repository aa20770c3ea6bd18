//! A welcome link: a random token with which a person sets an account's password, once. A login
//! link: the operator's way in when all other ways are closed. Pure.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use shared::routes;

use crate::account::Account;
use crate::session::random_bytes;
use clock::Timestamp;

/// How long a link is valid.
pub const LIFETIME: Duration = Duration::from_secs(3 * 86_400);
/// How long a login link is valid: its creator opens it at once.
pub const LOGIN_LIFETIME: Duration = Duration::from_secs(15 * 60);

/// How long an identity waits for its person to say whose it is.
pub const PENDING_LIFETIME: Duration = Duration::from_secs(600);

/// 256 random bits that set a password or log in. Has no `Debug`, no `Display`, no `PartialEq`.
pub struct LinkToken([u8; 32]);

/// The SHA-256 of a [`LinkToken`]: what the store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkHash([u8; 32]);

impl LinkToken {
    /// Creates a token from the operating system's randomness.
    ///
    /// # Panics
    /// The operating system has no randomness.
    #[must_use]
    pub fn generate() -> Self {
        Self(random_bytes())
    }

    /// Parses the fragment of a link; `None` for anything that is not a token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// Returns the token as text, for an address.
    #[must_use]
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Returns the link with this token, for pages below that address. The token is in the fragment: browsers do
    /// not send that to a server, so it is in no log, no proxy and no `Referer`.
    #[must_use]
    pub fn url(&self, address: &str) -> String {
        let token = URL_SAFE_NO_PAD.encode(self.0);
        format!("{address}{}#{token}", routes::WELCOME)
    }

    /// Returns the login link with this token. The query tells the page without the app, which sees
    /// no fragment, to ask for no password.
    #[must_use]
    pub fn login_url(&self, address: &str) -> String {
        let token = URL_SAFE_NO_PAD.encode(self.0);
        format!("{address}{}?login=1#{token}", routes::WELCOME)
    }

    /// Returns the hash for the store.
    #[must_use]
    pub fn hash(&self) -> LinkHash {
        LinkHash(Sha256::digest(self.0).into())
    }
}

impl LinkHash {
    /// Returns the hash as a value for a statement.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A link that is not stored yet.
#[derive(Debug, Clone, Copy)]
pub struct NewLink {
    /// The hash of its token.
    pub hash: LinkHash,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl NewLink {
    /// Returns a link that is valid from `now` on.
    #[must_use]
    pub fn of(token: &LinkToken, now: Timestamp) -> Self {
        Self {
            hash: token.hash(),
            expires_at: now.plus(LIFETIME),
        }
    }

    /// Returns a login link that is valid from `now` on.
    #[must_use]
    pub fn to_log_in(token: &LinkToken, now: Timestamp) -> Self {
        Self {
            hash: token.hash(),
            expires_at: now.plus(LOGIN_LIFETIME),
        }
    }
}

/// A valid link.
#[derive(Debug, Clone)]
pub struct OpenLink {
    /// Its account.
    pub account: Account,
    /// When it expires.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::LinkToken;

    #[test]
    fn token_of_a_link_is_the_token() {
        let token = LinkToken::generate();
        let url = token.url("https://app.example.com");

        let (page, fragment) = url.split_once('#').unwrap();

        assert_eq!(page, "https://app.example.com/welcome");
        let parsed = LinkToken::parse(fragment).unwrap();
        assert_eq!(parsed.hash(), token.hash());
        for bad in ["", "x", &fragment[1..], &format!("{fragment}A"), "ä"] {
            assert!(LinkToken::parse(bad).is_none(), "{bad}");
        }
    }
}
