//! The audit trail: who did what to whom, from where, under which reference. Pure.

use std::net::IpAddr;

use crate::account::AccountId;
use clock::Timestamp;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What happened. Stable: kept in the database.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
        }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the name in the database and on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

kinds! {
    /// Somebody logged in.
    Login = "login",
    /// A login, or a password asked for on the way, failed.
    LoginFailed = "login_failed",
    /// Somebody logged out.
    Logout = "logout",
    /// The owner ended a session, or all others.
    SessionEnded = "session_ended",
    /// The OP ended sessions (Back-Channel Logout).
    SessionEndedByOp = "session_ended_by_op",
    /// An admin ended sessions.
    SessionEndedByAdmin = "session_ended_by_admin",
    /// An account was made.
    AccountMade = "account_made",
    /// An account was disabled.
    AccountDisabled = "account_disabled",
    /// An account was enabled again.
    AccountEnabled = "account_enabled",
    /// An account was deleted.
    AccountDeleted = "account_deleted",
    /// The email was changed.
    EmailChanged = "email_changed",
    /// The display name was changed.
    DisplayNameChanged = "display_name_changed",
    /// The password was changed or set.
    PasswordChanged = "password_changed",
    /// The password was set by a welcome link.
    PasswordSetByLink = "password_set_by_link",
    /// The role was changed.
    RoleChanged = "role_changed",
    /// An identity was linked.
    IdentityLinked = "identity_linked",
    /// An identity was unlinked.
    IdentityUnlinked = "identity_unlinked",
    /// A welcome link was made; what was made before for that account is void.
    WelcomeLinkMade = "welcome_link_made",
    /// A welcome link was used that is no good.
    WelcomeFailed = "welcome_failed",
    /// A login link was made; what was made before for that account is void.
    LoginLinkMade = "login_link_made",
    /// Somebody logged in by a login link.
    LoginLinkUsed = "login_link_used",
    /// An identity was taken along to another issuer: the OP moved.
    IdentityMoved = "identity_moved",
    /// The database is a backup's from here on.
    DatabaseRestored = "database_restored",
    /// A wrong setup token was given.
    SetupFailed = "setup_failed",
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
    /// At the command line: the user of the system who typed it.
    pub operator: Option<String>,
}

impl By {
    /// Returns the entry's author where a command is typed on the server.
    #[must_use]
    pub fn operator(name: String, at: Timestamp) -> Self {
        Self {
            operator: Some(name),
            ..Self::from(at)
        }
    }

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
            operator: None,
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

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn page_knows_every_kind() {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();

        assert_eq!(names, shared::audit::KINDS);
    }
}
