//! The audit trail as an admin sees it.

use serde::{Deserialize, Serialize};

use crate::text::Text;

macro_rules! audit_kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// What happened. Stable: in the database and in the API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum AuditKind {
            $($(#[$doc])* $variant,)*
        }

        impl AuditKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the name in the database and in the API.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Returns the sentence of such an event: `{account}` is whose it is, if it has one.
            #[must_use]
            pub fn sentence(self) -> Text {
                match self {
                    $(Self::$variant => const { Text::named(concat!("event_", $name)) },)*
                }
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
    /// An account was created.
    AccountCreated = "account_made";
    /// An account was disabled.
    AccountDisabled = "account_disabled";
    /// An account was enabled again.
    AccountEnabled = "account_enabled";
    /// An account was deleted.
    AccountDeleted = "account_deleted";
    /// The email was changed.
    EmailChanged = "email_changed";
    /// An email that was only claimed gave way to the account for which it is vouched.
    EmailGaveWay = "email_gave_way";
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
    /// A welcome link was created; the account's older one is void.
    WelcomeLinkCreated = "welcome_link_made";
    /// An invalid welcome link was used.
    WelcomeFailed = "welcome_failed";
    /// A login link was created; the account's older one is void.
    LoginLinkCreated = "login_link_made";
    /// Somebody logged in by a login link.
    LoginLinkUsed = "login_link_used";
    /// An identity was moved to another issuer, because the OP moved.
    IdentityMoved = "identity_moved";
    /// The database comes from a backup from here on.
    DatabaseRestored = "database_restored";
    /// A wrong setup token was given.
    SetupFailed = "setup_failed";
}

impl AuditKind {
    /// Returns the kind with that name; `None` for one of another version.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|kind| kind.as_str() == text)
    }
}

/// The answer of `GET /api/audit`: entries, the latest first.
///
/// `?account=ID` or `?account=USERNAME` (in any case; the account may be deleted), `?kind=KIND` and
/// `?ref=REFERENCE` filter the entries; `?before=ID` gives the page after the entry with that id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Audit {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// The value of `before` for the next page; `None` on the last page.
    pub next: Option<String>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditEntry {
    /// The entry's id.
    pub id: String,
    /// When: Unix seconds.
    pub at: i64,
    /// The name of an [`AuditKind`], or a name of another version.
    pub kind: String,
    /// The code that the browser got, if this is a failure.
    pub code: Option<String>,
    /// Who did it; `None` for a stranger and for the server itself.
    pub actor: Option<Party>,
    /// The system user who typed it, at the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// The account it was done to.
    pub account: Option<Party>,
    /// The client's address.
    pub address: Option<String>,
    /// The request's reference, as in the log and on the error page.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// What changed, or the cause of a failure.
    pub detail: Option<String>,
    /// The display name of the provider, if the event is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Why it failed, in a sentence, in the language of whoever asks. The exact cause is the detail,
    /// as in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What an admin should do about a failure, at the provider that is configured now; in the
    /// language of whoever asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// An account in an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Party {
    /// The account's id.
    pub id: String,
    /// Its username at the time.
    pub username: Option<String>,
}
