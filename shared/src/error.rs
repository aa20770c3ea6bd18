//! Errors of the API: RFC 9457 problem details with a stable code.

use serde::{Deserialize, Serialize};

/// The body of every error of the API, `application/problem+json` (RFC 9457).
///
/// ```json
/// {"type":"about:blank","title":"Another account has this email address.","status":409,
///  "code":"email_taken","ref":"k3v9q2"}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Always `about:blank`: the code says what a program needs.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code's sentence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What a program branches on.
    pub code: ErrorCode,
    /// The request's reference, which is in the log line.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Seconds to wait before trying again, with `rate_limited`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $message:literal;)*) => {
        /// What went wrong with a request of the page. Stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl ErrorCode {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the code on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Returns the sentence for people.
            #[must_use]
            pub fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)* }
            }
        }
    };
}

error_codes! {
    /// No session.
    Unauthenticated = "unauthenticated", "You are not logged in.";
    /// Not this account's to do.
    Forbidden = "forbidden", "Your account may not do this.";
    /// A write from another site (Sec-Fetch-Site, Origin).
    CrossSite = "cross_site", "This request came from another site and was refused.";
    /// A write whose body is not JSON.
    JsonRequired = "json_required", "The request must be JSON.";
    /// The body or a parameter does not parse.
    BadRequest = "bad_request", "The request could not be understood.";
    /// The body is larger than any real one.
    TooLarge = "too_large", "The request is too large.";
    /// No such route or thing.
    NotFound = "not_found", "There is nothing here.";
    /// The route has no such method.
    MethodNotAllowed = "method_not_allowed", "This cannot be done here.";
    /// Unknown user or wrong password, which of them is not said.
    InvalidCredentials = "invalid_credentials", "The username or the password is not right.";
    /// The password given as a confirmation is wrong.
    PasswordWrong = "password_wrong", "That password is not right.";
    /// A disabled account.
    AccountDisabled = "account_disabled", "This account is disabled. Please ask your administrator.";
    /// Password login is switched off.
    PasswordLoginDisabled = "password_login_disabled", "Password login is switched off on this server.";
    /// No provider is configured.
    OpenidDisabled = "openid_disabled", "No login provider is configured on this server.";
    /// The provider cannot be reached.
    OpUnreachable = "op_unreachable", "The login provider cannot be reached right now.";
    /// The provider's metadata is not usable.
    OpMisconfigured = "op_misconfigured", "The login provider is not set up correctly. Please ask your administrator.";
    /// Too many attempts.
    RateLimited = "rate_limited", "Too many attempts. Please wait a little and try again.";
    /// Not an email address.
    EmailInvalid = "email_invalid", "This is not a valid email address.";
    /// Another account has it.
    EmailTaken = "email_taken", "Another account has this email address.";
    /// Not a username.
    UsernameInvalid = "username_invalid", "A username has 1 to 64 letters, digits, dots, dashes or underscores, and begins with a letter or digit.";
    /// Another account has it.
    UsernameTaken = "username_taken", "Another account has this username.";
    /// Not a display name.
    DisplayNameInvalid = "display_name_invalid", "A display name has at most 100 characters on one line.";
    /// Too short or far too long.
    PasswordUnfit = "password_unfit", "A password has at least 10 characters.";
    /// The change asks for a recent login or confirmation.
    ReauthRequired = "reauth_required", "Please confirm that it is you.";
    /// Unlinking would lock the user out.
    LastWayIn = "last_way_in", "This is your only way to log in. Set a password first.";
    /// The identity or the account is linked elsewhere.
    LinkConflict = "link_conflict", "This provider account is already connected to another account, or yours to another one.";
    /// No link waits, or it waited too long.
    LinkExpired = "link_expired", "There is nothing to confirm any more. Please start again.";
    /// An admin exists.
    SetupClosed = "setup_closed", "This server has been set up already.";
    /// Not the setup token.
    SetupTokenWrong = "setup_token_wrong", "That is not the setup token. It is in the server's log; `postern setup-token` prints it too.";
    /// A logout token that fails a check.
    LogoutTokenInvalid = "logout_token_invalid", "The logout token was refused; the server's log says why.";
    /// The database is away, locked or full.
    Unavailable = "unavailable", "The server cannot reach its database right now. Please try again soon.";
    /// A fault of ours.
    Internal = "internal", "Something went wrong on the server.";
}
