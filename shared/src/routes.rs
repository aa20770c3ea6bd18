//! Paths that both sides use.

use crate::api;
use crate::endpoint::Endpoint as _;
pub use crate::section::Section;

/// Defines paths of the API from the endpoints.
macro_rules! api_paths {
    ($($path:ident = $endpoint:ident;)*) => {
        $(
            #[doc = concat!("The path of [`", stringify!($endpoint), "`](api::", stringify!($endpoint), ").")]
            pub const $path: &str = api::$endpoint::PATH;
        )*
    };
}

api_paths! {
    API_CONFIG = ShowConfig;
    API_LOGIN = LogIn;
    API_LOGIN_CHECK = CheckCookie;
    API_LOGIN_OPENID = StartLogin;
    API_OAUTH_OPENID = FinishLogin;
    API_BACKCHANNEL_LOGOUT = EndSessionsByOp;
    API_SESSION = ShowSession;
    API_SESSION_CONFIRM = ConfirmSession;
    API_LOGOUT = LogOut;
    API_PROFILE = ShowProfile;
    API_PROFILE_PASSWORD = ChangePassword;
    API_PROFILE_SESSIONS = ListSessions;
    API_PROFILE_IDENTITIES = ListIdentities;
    API_PROFILE_IDENTITIES_OPENID = LinkIdentity;
    API_LINK = ShowLink;
    API_USERS = ListUsers;
    API_WELCOME = RedeemWelcome;
    API_WELCOME_CHECK = CheckWelcome;
    API_AUDIT = ListAudit;
    API_DOCTOR = Examine;
    API_TEST_LOGIN = StartTestLogin;
    API_DOCTOR_REFLECTION = Reflect;
    API_SETUP = SetUp;
    API_VERIFY = Verify;
    API_ENTER = EnterApplication;
    JWKS = ShowKeys;
    CHANGE_PASSWORD = FindPasswordForm;
}

/// Below which path Postern's own paths are on a host that an application has.
pub const BASE: &str = "/_postern";
/// What Postern's own paths begin with on a host that an application has.
pub const BELOW_BASE: &str = "/_postern/";
/// On an application's host: goes to Postern for a ticket.
pub const APP_START: &str = "/_postern/start";
/// On an application's host: takes a ticket.
pub const APP_ENTER: &str = "/_postern/enter";
/// On an application's host: leads to where a login is ended.
pub const APP_LOGOUT: &str = "/_postern/logout";

/// The login page.
pub const LOGIN: &str = "/login";
/// The first admin's page.
pub const SETUP: &str = "/setup";
/// The home page: who is logged in, and links.
pub const HOME: &str = "/";
/// The profile page.
pub const PROFILE: &str = "/profile";
/// The form on it that changes the password.
pub const PROFILE_PASSWORD: &str = "/profile#password";
/// The page that shows both identities before they are linked.
pub const LINK: &str = "/link";
/// The accounts' page, for admins.
pub const USERS: &str = "/users";
/// Below which path each account has its address on that page, by its username.
pub const USER: &str = "/users/";
/// The audit trail's page, for admins.
pub const ACTIVITY: &str = "/activity";
/// The page with the doctor's findings and the test login, for admins.
pub const DOCTOR: &str = "/doctor";
/// The page of a welcome link; the token is in the fragment.
pub const WELCOME: &str = "/welcome";

/// The pages that only users who are logged in see.
pub const GUARDED: [&str; 5] = [HOME, PROFILE, USERS, ACTIVITY, DOCTOR];

/// Returns the page that a path leads to: an account's address leads to the page of all accounts. A
/// slash at the path's end changes nothing.
#[must_use]
pub fn page(path: &str) -> &str {
    let path = without_last_slash(path);
    match path.strip_prefix(USER) {
        Some(name) if !name.contains('/') => USERS,
        _ => path,
    }
}

/// Returns true if only users who are logged in see the page at a path.
#[must_use]
pub fn is_guarded(path: &str) -> bool {
    GUARDED.contains(&page(path))
}

/// Returns true if there is a page at this path, with or without a slash at its end.
#[must_use]
pub fn is_page(path: &str) -> bool {
    let page = page(path);
    matches!(page, LOGIN | SETUP | LINK | WELCOME) || GUARDED.contains(&page)
}

/// Returns the section of a path, with or without a slash at its end.
#[must_use]
pub fn section(path: &str) -> Section {
    match page(path) {
        LOGIN => Section::Login,
        SETUP | LINK | WELCOME => Section::Entry,
        USERS | ACTIVITY | DOCTOR => Section::Admin,
        _ => Section::Inside,
    }
}

/// Returns the path without a slash at its end, except the home page's.
#[must_use]
pub fn without_last_slash(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some(rest) if !rest.is_empty() => rest,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::{HOME, Section, section, without_last_slash};

    #[test]
    fn what_one_passes_through_is_apart_from_what_is_behind_it() {
        for path in ["/login", "/login/"] {
            assert_eq!(section(path), Section::Login, "{path}");
        }
        for path in ["/setup", "/setup/", "/link", "/welcome"] {
            assert_eq!(section(path), Section::Entry, "{path}");
        }
        for path in ["/users", "/users/", "/users/alice", "/activity/", "/doctor"] {
            assert_eq!(section(path), Section::Admin, "{path}");
        }
        for path in [
            "/",
            "/profile",
            "/profile/",
            "/login/x",
            "/logins",
            "/users/alice/x",
            "/activity/alice",
            "//login",
            "",
        ] {
            assert_eq!(section(path), Section::Inside, "{path}");
        }
    }

    #[test]
    fn a_slash_too_many_is_none() {
        assert_eq!(without_last_slash("/link/"), "/link");
        assert_eq!(without_last_slash(HOME), HOME);
        assert_eq!(without_last_slash(""), "");
    }
}
