//! Every way to log in, and logout.

pub(crate) mod audit_failures;
pub(crate) mod outcome;
pub(crate) mod known_browser;
pub(crate) mod session_cookie;
pub(crate) mod attempts;
pub(crate) mod visit;
pub(crate) mod initiation;
pub(crate) mod start;
pub(crate) mod lost_attempt;
pub(crate) mod guess;
pub(crate) mod password;
pub(crate) mod landing;
pub(crate) mod cookie_check;
pub(crate) mod link;
pub(crate) mod test_login;
pub(crate) mod callback;
pub(crate) mod misdirected;
pub(crate) mod welcome;
pub(crate) mod setup;
pub(crate) mod logout;
pub(crate) mod backchannel_logout;
