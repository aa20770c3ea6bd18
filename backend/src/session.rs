//! A browser's login: a random token in a cookie, and a row with only its hash.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use shared::session::{LoginMethod, SessionInfo};
use uuid::Uuid;

use crate::account::AccountId;
use crate::config::SessionConfig;
use clock::Timestamp;

/// How long a login or a password confirmation counts as recent (contract, section 4).
pub const CONFIRMATION: Duration = Duration::from_secs(600);

/// How far in the future a time in the database may be, because the clocks of replicas differ. A
/// later time was written while a clock was wrong, and would make a login last until then.
pub(crate) const CLOCKS_DIFFER: Duration = Duration::from_secs(300);

/// How old `last_used_at` may be before it is written again.
const TOUCH_AFTER: Duration = Duration::from_secs(60);

/// 256 random bits that identify a session. Has no `Debug`, no `Display`, no `PartialEq`.
pub struct SessionToken([u8; 32]);

/// The SHA-256 of a [`SessionToken`]: what the store has.
///
/// A stolen database opens no session, and a look-up by hash has no timing to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl SessionToken {
    /// Creates a token from the operating system's randomness.
    ///
    /// # Panics
    /// The operating system has no randomness; nothing secret can be created then.
    #[must_use]
    pub fn generate() -> Self {
        Self(random_bytes())
    }

    /// Parses the cookie's value; `None` for anything that is not a token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// Returns the cookie's value.
    #[must_use]
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Returns the hash for the store.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

impl TokenHash {
    /// Parses what [`TokenHash::to_text`] gives; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// Returns the hash as text. Whoever reads it cannot make the token of it.
    #[must_use]
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Returns the hash as a value for a statement.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Returns 256 random bits from the operating system.
///
/// # Panics
/// The operating system has no randomness.
#[must_use]
pub(crate) fn random_bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    OsRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system gives randomness");
    bytes
}

/// How a session began, with what logout needs for the OP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// By password.
    Password,
    /// By a welcome link.
    WelcomeLink,
    /// By a login link.
    LoginLink,
    /// By the setup token.
    Setup,
    /// Through the OP.
    Openid {
        /// The OP's issuer identifier.
        issuer: String,
        /// The subject there.
        subject: Option<String>,
        /// The OP's session id (`sid`), if the ID token had one.
        sid: Option<String>,
        /// The ID token, if RP-initiated logout needs it as a hint.
        id_token: Option<String>,
        /// How the OP is asked again; `None` if it is not.
        recheck: Option<Recheck>,
    },
}

/// How the OP is asked again whether a session may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recheck {
    /// The OP's refresh token, sealed.
    pub sealed_token: String,
    /// From then on, the next use of the session asks.
    pub due_at: Timestamp,
}

impl Origin {
    /// Returns the method, without what logout needs.
    #[must_use]
    pub fn method(&self) -> LoginMethod {
        match self {
            Self::Password => LoginMethod::Password,
            Self::WelcomeLink => LoginMethod::WelcomeLink,
            Self::LoginLink => LoginMethod::LoginLink,
            Self::Setup => LoginMethod::Setup,
            Self::Openid { .. } => LoginMethod::Openid,
        }
    }

    /// Returns the text for the audit trail: the issuer, or the method in words.
    #[must_use]
    pub fn detail(&self) -> &str {
        match self {
            Self::Password => "password",
            Self::WelcomeLink => "welcome link",
            Self::LoginLink => "login link",
            Self::Setup => "setup",
            Self::Openid { issuer, .. } => issuer,
        }
    }
}

/// A session's row.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id, which is not the token.
    pub id: Uuid,
    /// Its account.
    pub account_id: AccountId,
    /// How it began.
    pub origin: Origin,
    /// The browser's `User-Agent` at login, shortened.
    pub user_agent: Option<String>,
    /// The client's address at login.
    pub address: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
    /// The last login or confirmation by password.
    pub confirmed_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// When the OP ended it; its owner is told at the next visit.
    pub ended_at: Option<Timestamp>,
}

/// Where a session begins, for its owner's list.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The address, as the trusted proxies tell it.
    pub address: Option<String>,
}

impl Session {
    /// Starts a session.
    #[must_use]
    pub fn start(
        account_id: AccountId,
        origin: Origin,
        client: Client,
        config: &SessionConfig,
        now: Timestamp,
    ) -> Self {
        Self {
            id: Uuid::now_v7(),
            account_id,
            origin,
            user_agent: client
                .user_agent
                .map(|text| text.chars().take(256).collect()),
            address: client.address,
            started_at: now,
            last_used_at: now,
            confirmed_at: now,
            expires_at: now.plus(config.max_age),
            ended_at: None,
        }
    }

    /// Returns true if the session is still valid at `now`.
    #[must_use]
    pub fn is_live(&self, config: &SessionConfig, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.ends_at(config) && is_past(self.started_at, now)
    }

    /// Returns when the session ends if it is not used again.
    #[must_use]
    pub fn ends_at(&self, config: &SessionConfig) -> Timestamp {
        self.expires_at.min(self.last_used_at.plus(config.idle))
    }

    /// Returns true if the OP must say first whether the session may go on.
    #[must_use]
    pub fn needs_recheck(&self, now: Timestamp) -> bool {
        matches!(&self.origin, Origin::Openid { recheck: Some(recheck), .. } if now >= recheck.due_at)
    }

    /// Returns true if it is time to record that the session is used.
    #[must_use]
    pub fn needs_touch(&self, now: Timestamp) -> bool {
        now >= self.last_used_at.plus(TOUCH_AFTER) || !is_past(self.last_used_at, now)
    }

    /// Returns true if its owner logged in or confirmed less than ten minutes ago.
    #[must_use]
    pub fn is_confirmed(&self, now: Timestamp) -> bool {
        now < self.confirmed_at.plus(CONFIRMATION) && is_past(self.confirmed_at, now)
    }

    /// Returns the session as its owner sees it.
    #[must_use]
    pub fn to_info(&self, config: &SessionConfig) -> SessionInfo {
        SessionInfo {
            id: self.id.to_string(),
            method: self.origin.method(),
            started_at: self.started_at.unix(),
            expires_at: self.ends_at(config).unix(),
            confirmed_until: self.confirmed_at.plus(CONFIRMATION).unix(),
        }
    }
}

/// Returns true if this moment has passed, as far as clocks agree.
fn is_past(moment: Timestamp, now: Timestamp) -> bool {
    moment <= now.plus(CLOCKS_DIFFER)
}

#[cfg(test)]
mod tests {
    use super::{Client, Origin, Session, SessionToken};
    use crate::config::SessionConfig;
    use clock::Timestamp;
    use std::time::Duration;
    use uuid::Uuid;

    const CONFIG: SessionConfig = SessionConfig {
        max_age: Duration::from_secs(1000),
        idle: Duration::from_secs(700),
    };

    fn session() -> Session {
        let now = Timestamp::from_unix(0);
        Session::start(
            Uuid::nil(),
            Origin::Password,
            Client::default(),
            &CONFIG,
            now,
        )
    }

    #[test]
    fn ends_at_the_idle_and_at_the_absolute_limit() {
        let mut session = session();
        assert!(session.is_live(&CONFIG, Timestamp::from_unix(699)));
        assert!(!session.is_live(&CONFIG, Timestamp::from_unix(700)));
        session.last_used_at = Timestamp::from_unix(600);
        assert!(session.is_live(&CONFIG, Timestamp::from_unix(999)));
        assert!(!session.is_live(&CONFIG, Timestamp::from_unix(1000)));
    }

    #[test]
    fn confirmation_lasts_ten_minutes() {
        assert!(session().is_confirmed(Timestamp::from_unix(599)));
        assert!(!session().is_confirmed(Timestamp::from_unix(600)));
    }

    #[test]
    fn clock_that_jumps_back_keeps_no_session_alive() {
        let mut session = session();
        assert!(session.is_live(&CONFIG, Timestamp::from_unix(-300)));
        assert!(!session.is_live(&CONFIG, Timestamp::from_unix(-301)));
        assert!(!session.is_confirmed(Timestamp::from_unix(-301)));
        session.last_used_at = Timestamp::from_unix(900_000);
        assert!(session.needs_touch(Timestamp::from_unix(500)));
        assert!(!session.is_live(&CONFIG, Timestamp::from_unix(1000)));
    }

    #[test]
    fn only_a_whole_token_parses() {
        let token = SessionToken::generate().reveal();
        assert_eq!(token.len(), 43);
        assert!(SessionToken::parse(&token).is_some());
        for bad in [
            "",
            "x",
            &token[1..],
            &format!("{token}A"),
            &format!("{token}="),
            "é",
        ] {
            assert!(SessionToken::parse(bad).is_none(), "{bad:?}");
        }
    }
}
