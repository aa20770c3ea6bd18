//! Paths that both sides name.

/// What the login page needs to know.
pub const API_CONFIG: &str = "/api/config";
/// Password login.
pub const API_LOGIN: &str = "/api/login";
/// Sends the browser to the OP.
pub const API_LOGIN_OPENID: &str = "/api/login/openid";
/// The redirect URI: the OP sends the browser back here.
pub const API_OAUTH_OPENID: &str = "/api/oauth/openid";
/// The OP ends sessions here (Back-Channel Logout).
pub const API_BACKCHANNEL_LOGOUT: &str = "/api/oauth/backchannel-logout";
/// Who is logged in.
pub const API_SESSION: &str = "/api/session";
/// Confirms a session by password, for changes that ask for a recent login.
pub const API_SESSION_CONFIRM: &str = "/api/session/confirm";
/// Ends the session.
pub const API_LOGOUT: &str = "/api/logout";
/// The user's own record.
pub const API_PROFILE: &str = "/api/profile";
/// Changes or sets the password.
pub const API_PROFILE_PASSWORD: &str = "/api/profile/password";
/// The account's sessions.
pub const API_PROFILE_SESSIONS: &str = "/api/profile/sessions";
/// Linked identities.
pub const API_PROFILE_IDENTITIES: &str = "/api/profile/identities";
/// Starts linking an identity to the account that is logged in.
pub const API_PROFILE_IDENTITIES_OPENID: &str = "/api/profile/identities/openid";
/// The link that waits for its user's word.
pub const API_LINK: &str = "/api/link";
/// The accounts, for admins; one of them below it.
pub const API_USERS: &str = "/api/users";
/// Sets a password by a welcome link.
pub const API_WELCOME: &str = "/api/welcome";
/// Whose welcome link it is.
pub const API_WELCOME_CHECK: &str = "/api/welcome/check";
/// The audit trail.
pub const API_AUDIT: &str = "/api/audit";
/// What the doctor finds.
pub const API_DOCTOR: &str = "/api/doctor";
/// A login that logs nobody in, for admins.
pub const API_TEST_LOGIN: &str = "/api/test-login";
/// Where the doctor sees how its own request arrives; to anybody else it is not there.
pub const API_DOCTOR_REFLECTION: &str = "/api/doctor/reflection";
/// Makes the first admin.
pub const API_SETUP: &str = "/api/setup";

/// The login page.
pub const LOGIN: &str = "/login";
/// The first admin's page.
pub const SETUP: &str = "/setup";
/// Who am I, where to go.
pub const HOME: &str = "/";
/// The profile page.
pub const PROFILE: &str = "/profile";
/// The page that names both identities before they are linked.
pub const LINK: &str = "/link";
/// The accounts' page, for admins.
pub const USERS: &str = "/users";
/// The audit trail's page, for admins.
pub const ACTIVITY: &str = "/activity";
/// What the doctor finds, and the test login, for admins.
pub const DOCTOR: &str = "/doctor";
/// The page that a welcome link leads to; the token is the fragment.
pub const WELCOME: &str = "/welcome";

/// The pages' words: `/api/texts/{section}/{language}`.
pub const API_TEXTS: &str = "/api/texts";

/// The pages that nobody sees who is not logged in.
pub const GUARDED: [&str; 5] = [HOME, PROFILE, USERS, ACTIVITY, DOCTOR];

/// Which of the page's modules has a path's page. They are apart so that whoever comes to log in does
/// not wait for the pages behind the login, and no one else for those of admins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// What one passes through to log in.
    Entry,
    /// What is behind the login, and the page for paths that lead nowhere.
    Inside,
    /// What admins have behind it.
    Admin,
}

/// Returns the section of a path, which may have a slash too many at its end.
#[must_use]
pub fn section(path: &str) -> Section {
    match without_last_slash(path) {
        LOGIN | SETUP | LINK | WELCOME => Section::Entry,
        USERS | ACTIVITY | DOCTOR => Section::Admin,
        _ => Section::Inside,
    }
}

/// Returns the path without a slash at its end; the home page's path is one.
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
        for path in ["/login", "/login/", "/setup", "/link", "/welcome"] {
            assert_eq!(section(path), Section::Entry, "{path}");
        }
        for path in ["/users", "/activity/", "/doctor"] {
            assert_eq!(section(path), Section::Admin, "{path}");
        }
        for path in [
            "/",
            "/profile",
            "/profile/",
            "/login/x",
            "/logins",
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
