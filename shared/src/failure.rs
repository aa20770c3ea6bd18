//! Why a login failed, in plain words: the `error` parameter of `/login`, and what the page says.
//!
//! It is here and not in the frontend, because the server says it too: in the page for browsers
//! without wasm.

use crate::error::ErrorCode;
use crate::text::{Text, fill};

/// Who can fix it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixedBy {
    /// The user, now.
    You,
    /// The administrator of this server or of the OP.
    Administrator,
    /// Nobody: trying again is enough.
    TryAgain,
}

/// The button under the explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Go to the OP again.
    TryProviderAgain,
    /// Use the password form.
    UsePassword,
    /// Back to the plain login page.
    BackToLogin,
    /// The login page at the server's own address.
    OpenAddress,
}

/// What the page says about a failed login; `{provider}` stands for the OP's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guide {
    /// A few words.
    pub title: Text,
    /// What happened.
    pub sentence: Text,
    /// What to do.
    pub step: Text,
    /// Who can fix it.
    pub fixed_by: FixedBy,
    /// The button.
    pub next: NextStep,
}

/// What the page says about an unknown code, such as one from a server of another version.
pub const UNKNOWN_GUIDE: Guide = Guide {
    title: Text::LOGIN_UNKNOWN_TITLE,
    sentence: Text::LOGIN_UNKNOWN_SENTENCE,
    step: Text::LOGIN_UNKNOWN_STEP,
    fixed_by: FixedBy::TryAgain,
    next: NextStep::BackToLogin,
};

/// Why a browser came back without its login attempt, if that is known: the `because` parameter of
/// `/login`, with `state_missing` and `state_mismatch`, and [`Lost::PathDiffers`] with
/// `op_misconfigured`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// It got a cookie a moment ago, and did not send it back.
    CookiesBlocked,
    /// The login started elsewhere, or long ago.
    OtherBrowser,
    /// It came to another address than the server's public one.
    HostDiffers,
    /// It brought no answer at all.
    NoAnswer,
    /// It came to another path than that of the redirect URI.
    PathDiffers,
}

impl Lost {
    /// Every reason.
    pub const ALL: [Self; 5] = [
        Self::CookiesBlocked,
        Self::OtherBrowser,
        Self::HostDiffers,
        Self::NoAnswer,
        Self::PathDiffers,
    ];

    /// Returns the parameter's value.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CookiesBlocked => "cookies_blocked",
            Self::OtherBrowser => "other_browser",
            Self::HostDiffers => "host_differs",
            Self::NoAnswer => "no_answer",
            Self::PathDiffers => "path_differs",
        }
    }

    /// Parses the parameter's value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lost| lost.as_str() == text)
    }

    /// Returns what happened, and what to do.
    fn words(self) -> (Text, Text) {
        match self {
            Self::CookiesBlocked => (
                Text::LOST_COOKIES_BLOCKED_SENTENCE,
                Text::LOST_COOKIES_BLOCKED_STEP,
            ),
            Self::OtherBrowser => (
                Text::LOST_OTHER_BROWSER_SENTENCE,
                Text::LOST_OTHER_BROWSER_STEP,
            ),
            Self::HostDiffers => (
                Text::LOST_HOST_DIFFERS_SENTENCE,
                Text::LOST_HOST_DIFFERS_STEP,
            ),
            Self::NoAnswer => (Text::LOST_NO_ANSWER_SENTENCE, Text::LOST_NO_ANSWER_STEP),
            Self::PathDiffers => (
                Text::LOST_PATH_DIFFERS_SENTENCE,
                Text::LOST_PATH_DIFFERS_STEP,
            ),
        }
    }
}

/// Returns what the page says about the `error` parameter. A code that is no login's has its own
/// sentence: a form may be refused by anything that refuses a request.
#[must_use]
pub fn guide_of(error: &str, lost: Option<Lost>) -> Guide {
    let sentence = || ErrorCode::parse(error).map_or(UNKNOWN_GUIDE.sentence, ErrorCode::message);
    FailureCode::parse(error).map_or_else(
        || Guide {
            sentence: sentence(),
            ..UNKNOWN_GUIDE
        },
        |code| code.guide_where(lost),
    )
}

impl FailureCode {
    /// Returns what the page says if the reason for a lost login is known.
    #[must_use]
    pub fn guide_where(self, lost: Option<Lost>) -> Guide {
        match (self, lost) {
            (Self::StateMissing | Self::StateMismatch, Some(lost))
            | (Self::OpMisconfigured, Some(lost @ Lost::PathDiffers)) => {
                let (sentence, step) = lost.words();
                Guide {
                    sentence,
                    step,
                    ..self.guide()
                }
            }
            _ => self.guide(),
        }
    }
}

/// A [`Guide`] in words, with the provider's name in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// A few words.
    pub title: String,
    /// What happened.
    pub sentence: String,
    /// What to do.
    pub step: String,
    /// Who can fix it.
    pub fixed_by: &'static str,
}

impl Guide {
    /// Puts it into words. `say` looks texts up; `label` is the provider's display name, if one is
    /// configured.
    #[must_use]
    pub fn tell(
        &self,
        say: &dyn Fn(Text) -> &'static str,
        label: Option<&str>,
        has_reference: bool,
    ) -> Told {
        let provider = label.unwrap_or_else(|| say(Text::THE_PROVIDER));
        let tell = |text| capitalized(fill(say(text), &[("provider", provider)]));
        Told {
            title: tell(self.title),
            sentence: tell(self.sentence),
            step: tell(self.step),
            fixed_by: say(match self.fixed_by {
                FixedBy::You => Text::FIXED_BY_YOU,
                FixedBy::Administrator if has_reference => Text::FIXED_BY_ADMINISTRATOR,
                // The usual sentence mentions the reference.
                FixedBy::Administrator => Text::FIXED_BY_ADMINISTRATOR_ALONE,
                FixedBy::TryAgain => Text::FIXED_BY_TRY_AGAIN,
            }),
        }
    }
}

/// Returns the sentence with a capital first letter, because "the provider" may begin one.
///
/// Written by hand for the alphabets of the texts: the whole of Unicode's table is 2 kB.
fn capitalized(sentence: String) -> String {
    let mut rest = sentence.chars();
    let first = match rest.next() {
        Some(letter @ ('a'..='z' | 'à'..='ö' | 'а'..='я')) => u32::from(letter) - 0x20,
        Some(letter @ 'ѐ'..='џ') => u32::from(letter) - 0x50,
        _ => return sentence,
    };
    let first = char::from_u32(first).into_iter();
    first.chain(rest).collect()
}

/// Returns true if the text looks like one of this server's references. The page shows only such a
/// text, because anybody can send a link with their own words in the `ref` parameter.
#[must_use]
pub fn is_reference(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=64).contains(&text.len()) && text.chars().all(is_plain)
}

macro_rules! failure_codes {
    (
        on_login_page { $($(#[$doc:meta])* $variant:ident = $code:literal, $fixed_by:ident, $next:ident;)* }
        elsewhere { $($(#[$other_doc:meta])* $other:ident = $other_code:literal;)* }
    ) => {
        /// Why a login, a link, a confirmation or the setup failed. Stable: in the log, in the
        /// audit trail, and the `error` parameter of `/login`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FailureCode {
            $($(#[$doc])* $variant,)*
            $($(#[$other_doc])* $other,)*
        }

        impl FailureCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)* $(Self::$other,)*];

            /// The codes that the login page gets and has its own words for.
            pub const ON_LOGIN_PAGE: &[Self] = &[$(Self::$variant,)*];

            /// Returns the code as text.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* $(Self::$other => $other_code,)* }
            }

            /// Returns what the login page says.
            #[must_use]
            pub fn guide(self) -> Guide {
                match self {
                    $(Self::$variant => Guide {
                        title: const { Text::named(concat!("login_", $code, "_title")) },
                        sentence: const { Text::named(concat!("login_", $code, "_sentence")) },
                        step: const { Text::named(concat!("login_", $code, "_step")) },
                        fixed_by: FixedBy::$fixed_by, next: NextStep::$next,
                    },)*
                    $(Self::$other)|* => UNKNOWN_GUIDE,
                }
            }
        }
    };
}

failure_codes! {
    on_login_page {
        /// The user canceled at the OP (RFC 6749 §4.1.2.1).
        AccessDenied = "access_denied", You, TryProviderAgain;
        /// Any other error answered by the OP.
        OpError = "op_error", Administrator, TryProviderAgain;
        /// No login attempt at all came with the callback.
        StateMissing = "state_missing", You, TryProviderAgain;
        /// An attempt, but not this one.
        StateMismatch = "state_mismatch", You, TryProviderAgain;
        /// The user stayed at the OP for more than ten minutes.
        StateExpired = "state_expired", TryAgain, TryProviderAgain;
        /// Discovery, JWKS, token or userinfo endpoint down or slow.
        OpUnreachable = "op_unreachable", Administrator, TryProviderAgain;
        /// Metadata, issuer or keys that cannot be used.
        OpMisconfigured = "op_misconfigured", Administrator, BackToLogin;
        /// `invalid_client`: the client id or secret is wrong.
        ClientRejected = "client_rejected", Administrator, BackToLogin;
        /// `invalid_grant`: the code is used or expired, or the redirect URI differs.
        CodeRejected = "code_rejected", TryAgain, TryProviderAgain;
        /// The ID token fails a check.
        TokenInvalid = "token_invalid", Administrator, TryProviderAgain;
        /// The userinfo answer's subject differs, or it does not parse.
        UserinfoInvalid = "userinfo_invalid", Administrator, TryProviderAgain;
        /// The identity policy needed an email and there was none.
        EmailMissing = "email_missing", Administrator, BackToLogin;
        /// The identity policy needed a verified email and it was not.
        EmailUnverified = "email_unverified", Administrator, BackToLogin;
        /// Linking by email is off: the account's owner must link it on the profile page.
        LinkFirst = "link_first", You, UsePassword;
        /// The confirmation was not given, or came too late.
        LinkConfirm = "link_confirm", You, TryProviderAgain;
        /// The identity or the account is already linked elsewhere.
        LinkConflict = "link_conflict", Administrator, BackToLogin;
        /// New accounts are not created here.
        RegistrationClosed = "registration_closed", Administrator, BackToLogin;
        /// No claim value matches a role.
        RoleMissing = "role_missing", Administrator, BackToLogin;
        /// The account is disabled.
        AccountDisabled = "account_disabled", Administrator, BackToLogin;
        /// Too many attempts.
        RateLimited = "rate_limited", TryAgain, BackToLogin;
        /// A login succeeded, and the browser kept no cookie.
        CookiesBlocked = "cookies_blocked", You, BackToLogin;
        /// The login page was opened under another scheme or host than the public origin.
        WrongAddress = "wrong_address", You, OpenAddress;
        /// The password form, sent without the wasm.
        InvalidCredentials = "invalid_credentials", You, UsePassword;
        /// Password login is switched off.
        PasswordLoginDisabled = "password_login_disabled", You, TryProviderAgain;
        /// The database is down, or another fault of ours.
        ServerError = "server_error", Administrator, BackToLogin;
    }
    elsewhere {
        /// The password given as a confirmation is wrong.
        PasswordWrong = "password_wrong";
        /// The new password is too short or far too long.
        PasswordUnfit = "password_unfit";
        /// An invalid welcome link or login link.
        WelcomeLinkInvalid = "welcome_link_invalid";
        /// Not the setup token.
        SetupTokenWrong = "setup_token_wrong";
        /// The database is down, locked or full, as a fetch sees it.
        Unavailable = "unavailable";
        /// A fault of ours, as a fetch sees it.
        Internal = "internal";
    }
}

impl FailureCode {
    /// Returns the code with that name; `None` for an unknown one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::{FailureCode, UNKNOWN_GUIDE, is_reference};
    use crate::text::{Language, Text};

    fn say(text: Text) -> &'static str {
        Language::ENGLISH.text(text)
    }

    #[test]
    fn every_code_is_told_without_a_gap() {
        for code in FailureCode::ALL {
            let told = code.guide().tell(&say, None, false);
            let text = [told.title, told.sentence, told.step].join(" ");
            assert!(!text.contains(['{', '}']), "{text}");
            assert!(!told.fixed_by.contains("reference"), "{}", told.fixed_by);
        }
    }

    #[test]
    fn sentence_begins_with_a_capital() {
        let told = FailureCode::OpUnreachable.guide().tell(&say, None, true);
        assert_eq!(told.title, "The provider cannot be reached");
        for (lower, upper) in [
            ("été", "Été"),
            ("сервіс", "Сервіс"),
            ("іти", "Іти"),
            ("接続", "接続"),
        ] {
            assert_eq!(super::capitalized(lower.to_owned()), upper);
        }
        assert_eq!(
            UNKNOWN_GUIDE.tell(&say, Some("Authentik"), true).title,
            say(UNKNOWN_GUIDE.title)
        );
    }

    #[test]
    fn words_are_no_reference() {
        assert!(is_reference("k3v9q2m0xz"));
        assert!(!is_reference(""));
        assert!(!is_reference("call 0900-1234"));
        assert!(!is_reference(&"a".repeat(65)));
    }
}
