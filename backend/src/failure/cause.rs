//! Causes of failures, finer than the code that the browser gets.

use shared::error::ErrorCode;
use shared::failure::FailureCode;

macro_rules! causes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $code:ident;)*) => {
        /// Why something failed. Stable: stored in the database.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Cause {
            $($(#[$doc])* $variant,)*
        }

        impl Cause {
            /// Every cause there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the name in the database.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Returns the code for the browser.
            #[must_use]
            pub fn code(self) -> FailureCode {
                match self { $(Self::$variant => FailureCode::$code,)* }
            }
        }
    };
}

causes! {
    /// The user canceled at the OP, or the OP refused them.
    AccessDenied = "access_denied", AccessDenied;
    /// Another error answered by the OP.
    OpError = "op_error", OpError;
    /// No login attempt came with the callback.
    StateMissing = "state_missing", StateMissing;
    /// The callback has no parameters at all.
    CallbackEmpty = "callback_empty", StateMissing;
    /// The callback came to another path than that of the redirect URI.
    CallbackPathDiffers = "callback_path_differs", OpMisconfigured;
    /// The callback belongs to another login attempt.
    StateMismatch = "state_mismatch", StateMismatch;
    /// The login attempt is too old.
    StateExpired = "state_expired", StateExpired;
    /// The OP is down, slow, or out of reach.
    OpUnreachable = "op_unreachable", OpUnreachable;
    /// A firewall before the OP answers in its place.
    OpBlocked = "op_blocked", OpUnreachable;
    /// The OP, or what stands before it, counts this server's requests.
    OpRateLimited = "op_rate_limited", OpUnreachable;
    /// A test for browsers stands before the OP.
    OpChallenged = "op_challenged", OpUnreachable;
    /// The forward proxy answers in the OP's place.
    ProxyFailed = "proxy_failed", OpUnreachable;
    /// Another fault in the OP's metadata.
    OpMisconfigured = "op_misconfigured", OpMisconfigured;
    /// There is no discovery document at the address.
    DiscoveryMissing = "discovery_missing", OpMisconfigured;
    /// The OP's issuer differs from the settings.
    IssuerDiffers = "issuer_differs", OpMisconfigured;
    /// The issuer is https and an endpoint is not.
    EndpointInsecure = "endpoint_insecure", OpMisconfigured;
    /// The OP publishes no key that can check signatures.
    SigningKeyMissing = "signing_key_missing", OpMisconfigured;
    /// The OP signs only with algorithms that are not allowed, such as HS256.
    AlgorithmUnfit = "algorithm_unfit", OpMisconfigured;
    /// The OP encrypts its tokens.
    TokenEncrypted = "token_encrypted", OpMisconfigured;
    /// The OP's tokens are longer than what is read.
    TokenTooLong = "token_too_long", OpMisconfigured;
    /// The token endpoint takes the client secret in no way that is known here.
    ClientAuthUnknown = "client_auth_unknown", OpMisconfigured;
    /// The OP does not accept the client id or secret.
    ClientRejected = "client_rejected", ClientRejected;
    /// The OP does not accept the code.
    CodeRejected = "code_rejected", CodeRejected;
    /// The ID token fails a check.
    TokenInvalid = "token_invalid", TokenInvalid;
    /// The ID token is of another issuer, so perhaps of another application.
    TokenForeign = "token_foreign", TokenInvalid;
    /// Userinfo cannot be used.
    UserinfoInvalid = "userinfo_invalid", UserinfoInvalid;
    /// The identity policy needed an email.
    EmailMissing = "email_missing", EmailMissing;
    /// The identity policy needed a verified email.
    EmailUnverified = "email_unverified", EmailUnverified;
    /// The account may not be linked by email.
    LinkFirst = "link_first", LinkFirst;
    /// An email was needed, and another issuer knows the subject: the OP moved.
    EmailMissingMoved = "email_missing_moved", EmailMissing;
    /// A verified email was needed, and another issuer knows the subject or the email.
    EmailUnverifiedMoved = "email_unverified_moved", EmailUnverified;
    /// No link by email, and another issuer knows the subject or the email.
    LinkFirstMoved = "link_first_moved", LinkFirst;
    /// No account may be created, and another issuer knows the subject or the email.
    RegistrationClosedMoved = "registration_closed_moved", RegistrationClosed;
    /// The link was not confirmed.
    LinkConfirm = "link_confirm", LinkConfirm;
    /// The identity or the account is already linked elsewhere.
    LinkConflict = "link_conflict", LinkConflict;
    /// No account fits, and none may be created.
    RegistrationClosed = "registration_closed", RegistrationClosed;
    /// No claim value matches a role.
    RoleMissing = "role_missing", RoleMissing;
    /// The account is disabled.
    AccountDisabled = "account_disabled", AccountDisabled;
    /// Too many attempts.
    RateLimited = "rate_limited", RateLimited;
    /// A login succeeded, and the browser kept no cookie.
    CookiesBlocked = "cookies_blocked", CookiesBlocked;
    /// The browser uses another address than the public origin.
    WrongAddress = "wrong_address", WrongAddress;
    /// There is no such account, or its password differs.
    InvalidCredentials = "invalid_credentials", InvalidCredentials;
    /// The password was replaced while it was being verified.
    PasswordReplaced = "password_replaced", InvalidCredentials;
    /// Passwords are switched off.
    PasswordLoginDisabled = "password_login_disabled", PasswordLoginDisabled;
    /// The database is down, or another fault of ours, in a login through the OP.
    ServerError = "server_error", ServerError;
    /// A password asked for as a confirmation was wrong.
    PasswordWrong = "password_wrong", PasswordWrong;
    /// The new password is too short or far too long.
    PasswordUnfit = "password_unfit", PasswordUnfit;
    /// A welcome link or a login link is invalid.
    WelcomeLinkInvalid = "welcome_link_invalid", WelcomeLinkInvalid;
    /// The setup token is wrong.
    SetupTokenWrong = "setup_token_wrong", SetupTokenWrong;
    /// The database is down, locked or full.
    Unavailable = "unavailable", Unavailable;
    /// A fault of ours.
    Internal = "internal", Internal;
}

impl Cause {
    /// Returns the cause with that name; `None` for an unknown name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|cause| cause.as_str() == text)
    }

    /// Returns the cause of a refusal by the identity policy, if the OP seems to have moved; `None`
    /// for refusals that have nothing to do with that.
    #[must_use]
    pub fn after_move(code: FailureCode) -> Option<Self> {
        match code {
            FailureCode::EmailMissing => Some(Self::EmailMissingMoved),
            FailureCode::EmailUnverified => Some(Self::EmailUnverifiedMoved),
            FailureCode::LinkFirst => Some(Self::LinkFirstMoved),
            FailureCode::RegistrationClosed => Some(Self::RegistrationClosedMoved),
            _ => None,
        }
    }

    /// Returns the cause of an entry of the audit trail. An entry without a cause, of an earlier
    /// version, has the default of its code; `None` if the code is unknown too.
    #[must_use]
    pub fn recorded(cause: Option<&str>, code: &str) -> Option<Self> {
        let named = cause.and_then(Self::parse);
        named.or_else(|| FailureCode::parse(code).map(Self::from))
    }
}

/// The default if only the code is known.
impl From<FailureCode> for Cause {
    fn from(code: FailureCode) -> Self {
        match code {
            FailureCode::AccessDenied => Self::AccessDenied,
            FailureCode::OpError => Self::OpError,
            FailureCode::StateMissing => Self::StateMissing,
            FailureCode::StateMismatch => Self::StateMismatch,
            FailureCode::StateExpired => Self::StateExpired,
            FailureCode::OpUnreachable => Self::OpUnreachable,
            FailureCode::OpMisconfigured => Self::OpMisconfigured,
            FailureCode::ClientRejected => Self::ClientRejected,
            FailureCode::CodeRejected => Self::CodeRejected,
            FailureCode::TokenInvalid => Self::TokenInvalid,
            FailureCode::UserinfoInvalid => Self::UserinfoInvalid,
            FailureCode::EmailMissing => Self::EmailMissing,
            FailureCode::EmailUnverified => Self::EmailUnverified,
            FailureCode::LinkFirst => Self::LinkFirst,
            FailureCode::LinkConfirm => Self::LinkConfirm,
            FailureCode::LinkConflict => Self::LinkConflict,
            FailureCode::RegistrationClosed => Self::RegistrationClosed,
            FailureCode::RoleMissing => Self::RoleMissing,
            FailureCode::AccountDisabled => Self::AccountDisabled,
            FailureCode::RateLimited => Self::RateLimited,
            FailureCode::CookiesBlocked => Self::CookiesBlocked,
            FailureCode::WrongAddress => Self::WrongAddress,
            FailureCode::InvalidCredentials => Self::InvalidCredentials,
            FailureCode::PasswordLoginDisabled => Self::PasswordLoginDisabled,
            FailureCode::ServerError => Self::ServerError,
            FailureCode::PasswordWrong => Self::PasswordWrong,
            FailureCode::PasswordUnfit => Self::PasswordUnfit,
            FailureCode::WelcomeLinkInvalid => Self::WelcomeLinkInvalid,
            FailureCode::SetupTokenWrong => Self::SetupTokenWrong,
            FailureCode::Unavailable => Self::Unavailable,
            FailureCode::Internal => Self::Internal,
        }
    }
}

/// Why a request of the page was refused. There, a code that ends no login is a fault of ours.
impl From<ErrorCode> for Cause {
    fn from(code: ErrorCode) -> Self {
        FailureCode::parse(code.as_str()).map_or(Self::Internal, Self::from)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::failure::FailureCode;

    use super::Cause;

    #[test]
    fn every_code_has_a_default_cause_of_its_own_name() {
        for code in FailureCode::ALL {
            let cause = Cause::from(*code);
            assert_eq!((cause.code(), cause.as_str()), (*code, code.as_str()));
        }
    }

    #[test]
    fn names_are_distinct_and_parse() {
        let names: BTreeSet<&str> = Cause::ALL.iter().map(|cause| cause.as_str()).collect();
        assert_eq!(names.len(), Cause::ALL.len());
        for cause in Cause::ALL {
            assert_eq!(Cause::parse(cause.as_str()), Some(*cause));
        }
    }

    #[test]
    fn entry_without_a_cause_has_the_default_of_its_code() {
        let recorded = Cause::recorded;
        assert_eq!(
            recorded(Some("token_encrypted"), "op_misconfigured"),
            Some(Cause::TokenEncrypted)
        );
        assert_eq!(recorded(None, "op_error"), Some(Cause::OpError));
        assert_eq!(recorded(Some("newer"), "op_error"), Some(Cause::OpError));
        assert_eq!(recorded(Some("newer"), "newer_too"), None);
    }
}
