//! An account, an identity at an OP, and the rules for their names.

use shared::email::Email;
use shared::name::{MAX_USERNAME_CHARS, is_username, is_username_char};
use shared::session::{Role, User};
use uuid::Uuid;

use clock::Timestamp;

/// An account's id.
pub type AccountId = Uuid;

/// A person's record here.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its id, which never changes.
    pub id: AccountId,
    /// Unique; compared by [`username_key`].
    pub username: String,
    /// The name that its owner wants to be called.
    pub display_name: Option<String>,
    /// Compared by [`Email::key`]. Unique only if it is vouched for.
    pub email: Option<String>,
    /// Who vouches for that email, besides an admin for their own.
    pub email_voucher: Option<Voucher>,
    /// The email that the account claimed until it was vouched for as another account's; the owner
    /// is told.
    pub lost_email: Option<String>,
    /// What the account may do.
    pub role: Role,
    /// The argon2id hash; `None` never verifies.
    pub password_hash: Option<String>,
    /// When it was disabled; `None` if it is not.
    pub disabled_at: Option<Timestamp>,
    /// The groups at the OP, at the last login there.
    pub groups: Vec<String>,
}

impl Account {
    /// Returns the account as its owner sees it.
    #[must_use]
    pub fn to_user(&self) -> User {
        User {
            id: self.id.to_string(),
            username: self.username.clone(),
            display_name: self.display_name.clone(),
            email: self.email.clone(),
            role: self.role,
            has_password: self.password_hash.is_some(),
        }
    }

    /// Returns true if the account is disabled.
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        self.disabled_at.is_some()
    }

    /// Returns true if its email is vouched for (contract, section 4) and not only claimed. Then it
    /// is this account's alone, and an OP's verified email may link an identity to the account.
    ///
    /// Anybody can write a stranger's address into a profile and wait for the stranger's first
    /// login (pre-hijacking); a present admin could set it for any account anyway.
    #[must_use]
    pub fn email_is_vouched_for(&self) -> bool {
        self.email.is_some() && (self.role == Role::Admin || self.email_voucher.is_some())
    }
}

/// Who vouches for an email.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voucher {
    /// Another admin, who set it.
    Admin,
    /// An OP, which called it verified or is trusted.
    Op,
}

impl Voucher {
    /// Returns the name in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Op => "op",
        }
    }

    /// Returns the one of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Admin, Self::Op]
            .into_iter()
            .find(|voucher| voucher.as_str() == name)
    }
}

/// An account that has an email.
#[derive(Debug, Clone)]
pub struct EmailMatch {
    /// The account.
    pub account: Account,
    /// True if it is linked to a subject of the issuer in question.
    pub is_bound_at_issuer: bool,
}

/// How accounts can log in with the current settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaysIn {
    /// True if a password is a way in.
    pub password: bool,
    /// The identities that are a way in.
    pub identities: UsableIdentities,
}

/// The identities that are a way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsableIdentities {
    /// None: no OP is configured.
    None,
    /// Those of this issuer, which is the configured OP's.
    Of(String),
    /// Perhaps all: the OP has not told its issuer yet.
    All,
}

impl WaysIn {
    /// Returns true if the identity is a way in.
    #[must_use]
    pub fn take(&self, identity: &Identity) -> bool {
        self.identities.is_all() || self.identities.issuer() == Some(identity.issuer.as_str())
    }
}

impl UsableIdentities {
    /// Returns the only issuer whose identities are a way in; `None` if there is none, or it is not
    /// known.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        match self {
            Self::Of(issuer) => Some(issuer),
            Self::None | Self::All => None,
        }
    }

    /// Returns true if the identities of all issuers count.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::All
    }
}

/// An account that does not exist yet.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its name, already valid.
    pub username: String,
    /// Its display name.
    pub display_name: Option<String>,
    /// Its email.
    pub email: Option<Email>,
    /// Who vouches for that email.
    pub email_voucher: Option<Voucher>,
    /// What it may do.
    pub role: Role,
    /// The argon2id hash.
    pub password_hash: Option<String>,
}

/// A stored identity.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The row's id.
    pub id: Uuid,
    /// Its account.
    pub account_id: AccountId,
    /// The OP's issuer identifier.
    pub issuer: String,
    /// The OP's subject identifier.
    pub subject: String,
    /// The username at the OP at the last login, for display.
    pub username: Option<String>,
    /// The email at the OP at the last login, for display.
    pub email: Option<String>,
    /// When it was linked.
    pub linked_at: Timestamp,
    /// When it last logged in.
    pub last_login_at: Option<Timestamp>,
}

/// Returns the form in which two usernames are compared.
#[must_use]
pub fn username_key(username: &str) -> String {
    username.to_ascii_lowercase()
}

/// Returns the search form of a display name, or of text to look for in one.
#[must_use]
pub fn search_key(text: &str) -> String {
    text.to_lowercase()
}

/// Turns an OP's username into a valid one: characters that are not allowed become dashes.
///
/// An email address gives its local part. `None` if nothing usable is left.
#[must_use]
pub fn username_from_claim(claim: &str) -> Option<String> {
    let local = claim.split('@').next().unwrap_or_default();
    let mut name = String::new();
    for c in local.chars() {
        let c = if is_username_char(c) { c } else { '-' };
        if c == '-' && (name.is_empty() || name.ends_with('-')) {
            continue;
        }
        name.push(c);
    }
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let name: String = name.chars().take(MAX_USERNAME_CHARS).collect();
    let name = name.trim_end_matches('-').to_owned();
    is_username(&name).then_some(name)
}

/// Returns the name with a number appended, within the limit, for a name that is taken.
#[must_use]
pub fn username_with_suffix(username: &str, number: u32) -> String {
    let suffix = format!("-{number}");
    let head: String = username
        .chars()
        .take(MAX_USERNAME_CHARS - suffix.len())
        .collect();
    head + &suffix
}

#[cfg(test)]
mod tests {
    use super::{username_from_claim, username_with_suffix};
    use shared::name::is_username;

    #[test]
    fn names_of_the_op_become_usernames() {
        let check = |claim: &str, expected: Option<&str>| {
            assert_eq!(username_from_claim(claim).as_deref(), expected, "{claim:?}");
        };
        check("alice", Some("alice"));
        check("Alice Example", Some("Alice-Example"));
        check("alice@example.com", Some("alice"));
        check("  a//b  ", Some("a-b"));
        check("..hidden", Some("hidden"));
        check("<script>", Some("script"));
        check("käthe", Some("k-the"));
        check("日本", None);
        check("", None);
        check("@example.com", None);
        check(&"x".repeat(200), Some(&"x".repeat(64)));
    }

    #[test]
    fn suffix_keeps_the_limit() {
        assert_eq!(username_with_suffix("alice", 2), "alice-2");
        assert!(is_username(&username_with_suffix(
            &"x".repeat(64),
            4_000_000_000
        )));
    }
}
