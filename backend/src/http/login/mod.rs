//! Every way to log in, and out again.

pub(crate) mod trail;
pub(crate) mod outcome;
pub(crate) mod begin_session;
pub(crate) mod attempts;
pub(crate) mod policy;
pub(crate) mod password;
pub(crate) mod initiation;
pub(crate) mod openid;
pub(crate) mod double_callback;
pub(crate) mod link;
pub(crate) mod welcome;
pub(crate) mod setup;
pub(crate) mod test_login;
pub(crate) mod backchannel_logout;
