//! Every way to log in and out, over HTTP.

pub(crate) mod password;
pub(crate) mod limits;
pub(crate) mod start;
pub(crate) mod callback;
pub(crate) mod pushed_request;
pub(crate) mod test_login;
pub(crate) mod third_party;
pub(crate) mod client_auth;
pub(crate) mod autologin;
pub(crate) mod attempts;
pub(crate) mod double_callback;
pub(crate) mod outage;
pub(crate) mod recheck;
pub(crate) mod decide;
pub(crate) mod link;
pub(crate) mod registration;
pub(crate) mod backchannel_logout;
mod vouched;
pub(crate) mod cookies;
pub(crate) mod wrong_address;
pub(crate) mod remedies;
pub(crate) mod lockout;
pub(crate) mod welcome;
pub(crate) mod setup;
pub(crate) mod failures;
pub(crate) mod log;
