//! Errors of the API: RFC 9457 problem details with a stable code.

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// The body of every error of the API, `application/problem+json` (RFC 9457).
///
/// ```json
/// {"type":"about:blank","title":"Another account has this email address.","status":409,
///  "code":"email_taken","ref":"k3v9q2"}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// Always `about:blank`: the code says what a program needs.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code's sentence, in English.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The code for programs.
    pub code: ErrorCode,
    /// The request's reference, which is in the log line.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Seconds to wait before trying again, with `rate_limited`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal;)*) => {
        /// Why a request of the page failed. Stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the code in the API.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Returns the code with that name; `None` for an unknown one.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == text)
            }

            /// Returns the sentence for people.
            #[must_use]
            pub fn message(self) -> Text {
                match self {
                    $(Self::$variant => const { Text::named(concat!("error_", $code)) },)*
                }
            }
        }
    };
}

error_codes! {
    /// No session.
    Unauthenticated = "unauthenticated";
    /// Not permitted for this account.
    Forbidden = "forbidden";
    /// A write from another site (Sec-Fetch-Site, Origin).
    CrossSite = "cross_site";
    /// A write from a page of this server under another address than the public origin.
    WrongAddress = "wrong_address";
    /// Somebody who is logged in may not open that application.
    AppForbidden = "app_forbidden";
    /// The application behind the door does not answer.
    AppUnreachable = "app_unreachable";
    /// No application has that host.
    AppUnknown = "app_unknown";
    /// A write whose body is not JSON.
    JsonRequired = "json_required";
    /// The body or a parameter does not parse.
    BadRequest = "bad_request";
    /// The body is larger than any real one.
    TooLarge = "too_large";
    /// No such route or object.
    NotFound = "not_found";
    /// The route does not have this method.
    MethodNotAllowed = "method_not_allowed";
    /// Unknown user or wrong password, without saying which.
    InvalidCredentials = "invalid_credentials";
    /// The password given as a confirmation is wrong.
    PasswordWrong = "password_wrong";
    /// A disabled account.
    AccountDisabled = "account_disabled";
    /// Password login is switched off.
    PasswordLoginDisabled = "password_login_disabled";
    /// No provider is configured.
    OpenidDisabled = "openid_disabled";
    /// The provider cannot be reached.
    OpUnreachable = "op_unreachable";
    /// The provider's metadata is not usable.
    OpMisconfigured = "op_misconfigured";
    /// Too many attempts.
    RateLimited = "rate_limited";
    /// Not an email address.
    EmailInvalid = "email_invalid";
    /// Another account has it.
    EmailTaken = "email_taken";
    /// Not a username.
    UsernameInvalid = "username_invalid";
    /// Another account has it.
    UsernameTaken = "username_taken";
    /// Not a display name.
    DisplayNameInvalid = "display_name_invalid";
    /// Too short or far too long.
    PasswordUnfit = "password_unfit";
    /// The change requires a recent login or confirmation.
    ReauthRequired = "reauth_required";
    /// Unlinking would lock the user out.
    LastWayIn = "last_way_in";
    /// Nobody who can log in would be an admin any more.
    LastAdmin = "last_admin";
    /// A welcome link that was used, replaced, is expired or never existed, or whose account is
    /// disabled, without saying which.
    WelcomeLinkInvalid = "welcome_link_invalid";
    /// The identity or the account is linked elsewhere.
    LinkConflict = "link_conflict";
    /// No link is pending, or it has expired.
    LinkExpired = "link_expired";
    /// An admin exists.
    SetupClosed = "setup_closed";
    /// Not the setup token.
    SetupTokenWrong = "setup_token_wrong";
    /// A logout token that fails a check.
    LogoutTokenInvalid = "logout_token_invalid";
    /// The database is down, locked or full.
    Unavailable = "unavailable";
    /// A fault of ours.
    Internal = "internal";
}
