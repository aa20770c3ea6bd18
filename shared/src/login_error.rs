//! Why a login failed, in plain words: the `error` parameter of `/login`, and what the page says.
//!
//! The words are here, not in the frontend, since the server writes them too: into the page that
//! a browser without wasm gets.

/// Who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mender {
    /// The user, now.
    You,
    /// The administrator of this server or of the OP.
    Administrator,
    /// Nobody needs to: trying again is enough.
    TryAgain,
}

impl Mender {
    /// Returns the sentence that says who can mend it.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::You => "You can mend this yourself.",
            Self::Administrator => {
                "Your administrator can mend this; give them the reference below."
            }
            Self::TryAgain => "Trying again is usually enough.",
        }
    }
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
}

/// What the page says of a failed login; `{provider}` stands for the OP's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guide {
    /// A few words.
    pub title: &'static str,
    /// What happened.
    pub sentence: &'static str,
    /// What to do.
    pub step: &'static str,
    /// Who can mend it.
    pub mender: Mender,
    /// The button.
    pub next: NextStep,
}

/// What the page says of a code that it does not know, as from a server of another version.
pub const UNKNOWN_GUIDE: Guide = Guide {
    title: "The login did not work",
    sentence: "Something went wrong while you were logging in.",
    step: "Try again. If it happens again, tell your administrator.",
    mender: Mender::TryAgain,
    next: NextStep::BackToLogin,
};

/// Why a browser came back without the login that it began, where that can be told: the
/// `because` parameter of `/login`, with `state_missing` and `state_mismatch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// It was given a cookie a moment ago, and did not bring it back.
    CookiesBlocked,
    /// The login was begun elsewhere, or is long forgotten.
    OtherBrowser,
    /// It came to another address than the one that the server is known by.
    HostDiffers,
}

impl Lost {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::CookiesBlocked, Self::OtherBrowser, Self::HostDiffers];

    /// Returns the parameter's value.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CookiesBlocked => "cookies_blocked",
            Self::OtherBrowser => "other_browser",
            Self::HostDiffers => "host_differs",
        }
    }

    /// Parses the parameter's value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lost| lost.as_str() == text)
    }

    /// Returns what happened, and what to do.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::CookiesBlocked => (
                "Your browser was given a cookie when it left for {provider}, and came back without it.",
                "Allow cookies for this site, or leave private browsing, and try again.",
            ),
            Self::OtherBrowser => (
                "This login was begun in another browser, or too long ago.",
                "Begin again from this page, and finish the login in this browser.",
            ),
            Self::HostDiffers => (
                "Your browser came back to another address than the one that this server is known by.",
                "Open this site under its usual address, with the same http or https and host name, and log in there.",
            ),
        }
    }
}

impl LoginErrorCode {
    /// Returns what the page says where it is known why the browser lost its login.
    #[must_use]
    pub fn guide_where(self, lost: Option<Lost>) -> Guide {
        match (self, lost) {
            (Self::StateMissing | Self::StateMismatch, Some(lost)) => {
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

/// A [`Guide`] in words: with the provider's name in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// A few words.
    pub title: String,
    /// What happened.
    pub sentence: String,
    /// What to do.
    pub step: String,
    /// Who can mend it.
    pub mender: &'static str,
}

impl Guide {
    /// Puts it into words. `label` is the provider's name for people, if one is configured.
    #[must_use]
    pub fn tell(&self, label: Option<&str>, has_reference: bool) -> Told {
        let say = |text| capitalized(name_provider(text, label.unwrap_or("the provider")));
        Told {
            title: say(self.title),
            sentence: say(self.sentence),
            step: say(self.step),
            mender: match self.mender {
                // The usual sentence speaks of the reference.
                Mender::Administrator if !has_reference => "Your administrator can mend this.",
                mender => mender.sentence(),
            },
        }
    }
}

/// Returns the sentence with a capital first letter: "the provider" may begin one.
fn capitalized(mut sentence: String) -> String {
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}

/// Does the text look like a reference of this server's? The page shows only such: anybody can
/// send a link to it with words of their own in the `ref` parameter.
#[must_use]
pub fn is_reference(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=64).contains(&text.len()) && text.chars().all(is_plain)
}

macro_rules! login_error_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $mender:ident, $next:ident,
        $title:literal, $sentence:literal, $step:literal;)*) => {
        /// Why a login did not end in a session. Stable: the `error` parameter of `/login`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum LoginErrorCode {
            $($(#[$doc])* $variant,)*
        }

        impl LoginErrorCode {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the code in the URL.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Returns what the page says.
            #[must_use]
            pub fn guide(self) -> Guide {
                match self {
                    $(Self::$variant => Guide {
                        title: $title, sentence: $sentence, step: $step,
                        mender: Mender::$mender, next: NextStep::$next,
                    },)*
                }
            }
        }
    };
}

login_error_codes! {
    /// The user cancelled at the OP (RFC 6749 §4.1.2.1).
    AccessDenied = "access_denied", You, TryProviderAgain,
        "Login cancelled",
        "{provider} says that the login was cancelled or not allowed.",
        "Try again, and agree when {provider} asks.";
    /// Any other error answered by the OP.
    OpError = "op_error", Administrator, TryProviderAgain,
        "{provider} reported an error",
        "{provider} could not complete the login.",
        "Try once more. If it happens again, the server's log has what {provider} answered.";
    /// No login attempt at all came with the callback.
    StateMissing = "state_missing", You, TryProviderAgain,
        "We lost track of your login",
        "Your browser came back from {provider} without the cookie that ties the login to it.",
        "Allow cookies for this site, finish the login in the browser that began it, and check that the address begins with the same http or https and host name throughout.";
    /// An attempt, but not this one.
    StateMismatch = "state_mismatch", You, TryProviderAgain,
        "This is not the login you began",
        "Your browser came back from {provider} with another login than the one that was begun here.",
        "Begin again from this page, in this browser, and finish the login in it.";
    /// The user stayed at the OP for more than ten minutes.
    StateExpired = "state_expired", TryAgain, TryProviderAgain,
        "The login took too long",
        "More than ten minutes passed between leaving for {provider} and coming back.",
        "Begin again; nothing is lost.";
    /// Discovery, JWKS, token or userinfo endpoint down or slow.
    OpUnreachable = "op_unreachable", Administrator, TryProviderAgain,
        "{provider} cannot be reached",
        "This server cannot reach {provider} right now.",
        "Try again in a minute. Logging in with a password still works, where you have one.";
    /// Metadata, issuer or keys that cannot be used.
    OpMisconfigured = "op_misconfigured", Administrator, BackToLogin,
        "{provider} is not set up correctly",
        "What {provider} says about itself does not fit this server's settings.",
        "Until it is mended, log in with a password if you have one.";
    /// `invalid_client`: the client id or secret is wrong.
    ClientRejected = "client_rejected", Administrator, BackToLogin,
        "{provider} does not accept this server",
        "{provider} rejected this server's client id or client secret.",
        "The administrator must copy the client id and the client secret from {provider} again.";
    /// `invalid_grant`: the code is used or expired, or the redirect URI differs.
    CodeRejected = "code_rejected", TryAgain, TryProviderAgain,
        "The login code was not accepted",
        "{provider} did not accept its own login code: it was used already, or too old.",
        "Try again. If it happens every time, the redirect URI at {provider} differs from this server's.";
    /// The ID token fails a check.
    TokenInvalid = "token_invalid", Administrator, TryProviderAgain,
        "The answer of {provider} did not pass our checks",
        "{provider} sent a login that this server cannot trust.",
        "Try once more. If it happens again, the log says which check failed.";
    /// The userinfo answer's subject differs, or it does not parse.
    UserinfoInvalid = "userinfo_invalid", Administrator, TryProviderAgain,
        "{provider} sent unusable details about you",
        "The details that {provider} gave about you do not belong to this login, or could not be read.",
        "Try once more. If it happens again, the log says what was wrong.";
    /// The identity policy needed an email and there was none.
    EmailMissing = "email_missing", Administrator, BackToLogin,
        "{provider} did not send your email address",
        "Your account here is found by its email address, and {provider} did not send one.",
        "The administrator must let {provider} send the scope email.";
    /// The identity policy needed a verified email and it was not.
    EmailUnverified = "email_unverified", Administrator, BackToLogin,
        "Your email address is not verified at {provider}",
        "An account here has your email address, but {provider} does not say that the address is verified.",
        "Have the address verified at {provider}, or log in with your password and connect {provider} on your profile page.";
    /// Linking by email is off: the account must be connected from inside.
    LinkFirst = "link_first", You, UsePassword,
        "Connect {provider} to your account first",
        "An account here has your email address, but it is not connected to {provider}.",
        "Log in the way you did so far, then choose \"Connect {provider}\" on your profile page.";
    /// The confirmation was not given, or came too late.
    LinkConfirm = "link_confirm", You, TryProviderAgain,
        "The connection was not confirmed",
        "An account here has your email address, and connecting it to {provider} asks for that account's password once.",
        "Log in with {provider} again, and give the password of your account here when asked.";
    /// The identity or the account is already linked elsewhere.
    LinkConflict = "link_conflict", Administrator, BackToLogin,
        "Already connected to another account",
        "This {provider} account or the account here is already connected to another one.",
        "Log in with the {provider} account that is connected, or ask the administrator to disconnect it.";
    /// New accounts are not made here.
    RegistrationClosed = "registration_closed", Administrator, BackToLogin,
        "There is no account for you here yet",
        "You logged in at {provider}, but this server does not make new accounts by itself.",
        "Ask the administrator for an account with the email address that you have at {provider}.";
    /// No claim value matches a role.
    RoleMissing = "role_missing", Administrator, BackToLogin,
        "You have no role here",
        "You logged in at {provider}, but none of your groups there may use this application.",
        "Ask the administrator to put you into the right group at {provider}.";
    /// The account is disabled.
    AccountDisabled = "account_disabled", Administrator, BackToLogin,
        "This account is disabled",
        "The account that you logged in to is disabled.",
        "Ask the administrator to enable it again.";
    /// Too many attempts.
    RateLimited = "rate_limited", TryAgain, BackToLogin,
        "Too many attempts",
        "There were too many attempts in a short time.",
        "Wait a minute, then try again.";
    /// The password form, sent without the wasm.
    InvalidCredentials = "invalid_credentials", You, UsePassword,
        "That did not work",
        "The username or the password is not right.",
        "Check both, and try again.";
    /// Password login is switched off.
    PasswordLoginDisabled = "password_login_disabled", You, TryProviderAgain,
        "Password login is switched off",
        "This server does not accept passwords.",
        "Log in with {provider}.";
    /// The database is away, or another fault of ours.
    ServerError = "server_error", Administrator, BackToLogin,
        "Something went wrong on this server",
        "The login could not be completed because of a fault on this server.",
        "Try again in a minute. If it happens again, the log has the cause under the reference below.";
}

impl LoginErrorCode {
    /// Returns the code of that name; `None` for text that is no code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

/// Puts the provider's name into a sentence of a [`Guide`].
#[must_use]
pub fn name_provider(sentence: &str, label: &str) -> String {
    sentence.replace("{provider}", label)
}

#[cfg(test)]
mod tests {
    use super::{LoginErrorCode, UNKNOWN_GUIDE, is_reference};

    #[test]
    fn every_code_is_told_without_a_gap() {
        for code in LoginErrorCode::ALL {
            let told = code.guide().tell(None, false);
            let text = [told.title, told.sentence, told.step].join(" ");
            assert!(!text.contains(['{', '}']), "{text}");
            assert!(!told.mender.contains("reference"), "{}", told.mender);
        }
    }

    #[test]
    fn sentence_begins_with_a_capital() {
        let told = LoginErrorCode::OpUnreachable.guide().tell(None, true);
        assert_eq!(told.title, "The provider cannot be reached");
        assert_eq!(
            UNKNOWN_GUIDE.tell(Some("Authentik"), true).title,
            UNKNOWN_GUIDE.title
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
