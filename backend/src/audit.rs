//! The audit trail: who did what to whom, from where, under which reference. Pure.

use std::net::IpAddr;

use crate::account::AccountId;
use crate::clock::Timestamp;

/// What happened. Stable: kept in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Somebody logged in.
    Login,
    /// A login, or a password asked for on the way, failed.
    LoginFailed,
    /// Somebody logged out.
    Logout,
    /// The owner ended a session, or all others.
    SessionEnded,
    /// The OP ended sessions (Back-Channel Logout).
    SessionEndedByOp,
    /// An account was made.
    AccountMade,
    /// An account was disabled.
    AccountDisabled,
    /// An account was enabled again.
    AccountEnabled,
    /// An account was deleted.
    AccountDeleted,
    /// The email was changed.
    EmailChanged,
    /// The display name was changed.
    DisplayNameChanged,
    /// The password was changed or set.
    PasswordChanged,
    /// The password was set by a welcome link.
    PasswordSetByLink,
    /// The role was changed.
    RoleChanged,
    /// An identity was linked.
    IdentityLinked,
    /// An identity was unlinked.
    IdentityUnlinked,
    /// A welcome link was made; what was made before for that account is void.
    WelcomeLinkMade,
    /// A welcome link was used that is no good.
    WelcomeFailed,
    /// A wrong setup token was given.
    SetupFailed,
}

impl Kind {
    /// Returns the name in the database and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::LoginFailed => "login_failed",
            Self::Logout => "logout",
            Self::SessionEnded => "session_ended",
            Self::SessionEndedByOp => "session_ended_by_op",
            Self::AccountMade => "account_made",
            Self::AccountDisabled => "account_disabled",
            Self::AccountEnabled => "account_enabled",
            Self::AccountDeleted => "account_deleted",
            Self::EmailChanged => "email_changed",
            Self::DisplayNameChanged => "display_name_changed",
            Self::PasswordChanged => "password_changed",
            Self::PasswordSetByLink => "password_set_by_link",
            Self::RoleChanged => "role_changed",
            Self::IdentityLinked => "identity_linked",
            Self::IdentityUnlinked => "identity_unlinked",
            Self::WelcomeLinkMade => "welcome_link_made",
            Self::WelcomeFailed => "welcome_failed",
            Self::SetupFailed => "setup_failed",
        }
    }
}

/// By whom, when and from where a change is made: what the store needs to write the entry in the
/// same transaction.
#[derive(Debug, Clone)]
pub struct By {
    /// When.
    pub at: Timestamp,
    /// The account that does it; `None` for a stranger and for the server itself.
    pub actor: Option<AccountId>,
    /// The client's address.
    pub address: Option<IpAddr>,
    /// The request's reference.
    pub reference: Option<String>,
}

impl By {
    /// Returns it with the account that does it.
    #[must_use]
    pub fn account(mut self, actor: AccountId) -> Self {
        self.actor = Some(actor);
        self
    }
}

/// The server itself, at that time.
impl From<Timestamp> for By {
    fn from(at: Timestamp) -> Self {
        Self {
            at,
            actor: None,
            address: None,
            reference: None,
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// What.
    pub kind: Kind,
    /// To whose account.
    pub account: Option<AccountId>,
    /// Of a failure: the code that the browser was sent.
    pub code: Option<&'a str>,
    /// What changed, for people; never a secret.
    pub detail: Option<&'a str>,
}

impl<'a> Event<'a> {
    /// Returns an event about an account.
    #[must_use]
    pub fn about(kind: Kind, account: AccountId) -> Self {
        Self {
            kind,
            account: Some(account),
            code: None,
            detail: None,
        }
    }

    /// Returns it with what changed.
    #[must_use]
    pub fn detail(mut self, detail: &'a str) -> Self {
        self.detail = Some(detail);
        self
    }
}
