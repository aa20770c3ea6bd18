//! Sessions, and the data stored for one.

pub(crate) mod sessions;
pub(crate) mod recall;
pub(crate) mod last_use;
pub(crate) mod operator;
pub(crate) mod test_login;
pub(crate) mod recheck;
