//! A welcome link: a random token by which a person sets an account's password, once. And a login
//! link, by which whoever runs the server gets in when all other ways are closed. Pure.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use shared::routes;

use crate::account::Account;
use crate::session::random_bytes;
use clock::Timestamp;

/// How long a link is good.
pub const LIFETIME: Duration = Duration::from_secs(3 * 86_400);
/// How long one is good that logs in: it is opened by whoever has just made it.
pub const LOGIN_LIFETIME: Duration = Duration::from_secs(15 * 60);

/// 256 random bits that set a password or log in. Has no `Debug`, no `Display`, no `PartialEq`.
pub struct LinkToken([u8; 32]);

/// The SHA-256 of a [`LinkToken`]: what the store keeps and is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkHash([u8; 32]);

impl LinkToken {
    /// Makes a new token of the operating system's randomness.
    ///
    /// # Panics
    /// Where the operating system has no randomness to give.
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

    /// Returns the link of this token at that origin. The token is the fragment: no browser sends
    /// that to a server, so it is in no log, no proxy and no `Referer`.
    #[must_use]
    pub fn url(&self, origin: &str) -> String {
        let token = URL_SAFE_NO_PAD.encode(self.0);
        format!("{origin}{}#{token}", routes::WELCOME)
    }

    /// Returns the link of this token where it logs in. The query is for the page without the app,
    /// which sees no fragment and asks for no password then.
    #[must_use]
    pub fn login_url(&self, origin: &str) -> String {
        let token = URL_SAFE_NO_PAD.encode(self.0);
        format!("{origin}{}?login=1#{token}", routes::WELCOME)
    }

    /// Returns what the store is asked for.
    #[must_use]
    pub fn hash(&self) -> LinkHash {
        LinkHash(Sha256::digest(self.0).into())
    }
}

impl LinkHash {
    /// Returns the hash as the store binds it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A link that does not exist yet.
#[derive(Debug, Clone, Copy)]
pub struct NewLink {
    /// Which token opens it.
    pub hash: LinkHash,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl NewLink {
    /// Returns a link that is good from `now` on.
    #[must_use]
    pub fn of(token: &LinkToken, now: Timestamp) -> Self {
        Self {
            hash: token.hash(),
            expires_at: now.plus(LIFETIME),
        }
    }

    /// Returns a link that logs in, and is good from `now` on.
    #[must_use]
    pub fn to_log_in(token: &LinkToken, now: Timestamp) -> Self {
        Self {
            hash: token.hash(),
            expires_at: now.plus(LOGIN_LIFETIME),
        }
    }
}

/// A link that is good.
#[derive(Debug, Clone)]
pub struct OpenLink {
    /// Whose it is.
    pub account: Account,
    /// When it ends.
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
