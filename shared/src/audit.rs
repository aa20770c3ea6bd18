//! The audit trail as an admin sees it.

use serde::{Deserialize, Serialize};

use crate::text::Text;

macro_rules! audit_kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// What happened. Stable: in the database and on the wire.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum AuditKind {
            $($(#[$doc])* $variant,)*
        }

        impl AuditKind {
            /// Every kind there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the name in the database and on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Returns what people call it.
            #[must_use]
            pub fn text(self) -> Text {
                match self {
                    $(Self::$variant => const { Text::named(concat!("activity_", $name)) },)*
                }
            }
        }
    };
}

audit_kinds! {
    /// Somebody logged in.
    Login = "login";
    /// A login, or a password asked for on the way, failed.
    LoginFailed = "login_failed";
    /// Somebody logged out.
    Logout = "logout";
    /// The owner ended a session, or all others.
    SessionEnded = "session_ended";
    /// The OP ended sessions (Back-Channel Logout).
    SessionEndedByOp = "session_ended_by_op";
    /// An admin ended sessions.
    SessionEndedByAdmin = "session_ended_by_admin";
    /// An account was made.
    AccountCreated = "account_made";
    /// An account was disabled.
    AccountDisabled = "account_disabled";
    /// An account was enabled again.
    AccountEnabled = "account_enabled";
    /// An account was deleted.
    AccountDeleted = "account_deleted";
    /// The email was changed.
    EmailChanged = "email_changed";
    /// The display name was changed.
    DisplayNameChanged = "display_name_changed";
    /// The password was changed or set.
    PasswordChanged = "password_changed";
    /// The password was set by a welcome link.
    PasswordSetByLink = "password_set_by_link";
    /// The role was changed.
    RoleChanged = "role_changed";
    /// An identity was linked.
    IdentityLinked = "identity_linked";
    /// An identity was unlinked.
    IdentityUnlinked = "identity_unlinked";
    /// A welcome link was made; what was made before for that account is void.
    WelcomeLinkCreated = "welcome_link_made";
    /// A welcome link was used that is no good.
    WelcomeFailed = "welcome_failed";
    /// A login link was made; what was made before for that account is void.
    LoginLinkCreated = "login_link_made";
    /// Somebody logged in by a login link.
    LoginLinkUsed = "login_link_used";
    /// An identity was taken along to another issuer: the OP moved.
    IdentityMoved = "identity_moved";
    /// The database is a backup's from here on.
    DatabaseRestored = "database_restored";
    /// A wrong setup token was given.
    SetupFailed = "setup_failed";
}

impl AuditKind {
    /// Returns the kind of that name; `None` for one that only another version knows.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|kind| kind.as_str() == text)
    }
}

/// The answer of `GET /api/audit`: entries, the latest first.
///
/// `?account=ID` or `?account=USERNAME` (whatever its case; the account may be gone),
/// `?kind=KIND` and `?ref=REFERENCE` narrow it down; `?before=ID` gives the page that follows the
/// entry of that id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// What `before` must be for the next page, where there is one.
    pub next: Option<String>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Names the entry.
    pub id: String,
    /// When: Unix seconds.
    pub at: i64,
    /// What: the name of an [`AuditKind`], or a name that only another version knows.
    pub kind: String,
    /// Of a failure: the code that the browser was sent.
    pub code: Option<String>,
    /// Who did it; none for a stranger and for the server itself.
    pub actor: Option<Party>,
    /// At the command line: the user of the system who typed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// To whose account.
    pub account: Option<Party>,
    /// The client's address.
    pub address: Option<String>,
    /// The request's reference, as in the log and on the error page.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// What changed; of a failure, what caused it.
    pub detail: Option<String>,
    /// Of a failure: what an admin should do about it, at the provider that is configured now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// An account in an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Names the account.
    pub id: String,
    /// Its username then.
    pub username: Option<String>,
}
