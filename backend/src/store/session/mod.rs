//! Sessions, and what is kept for one.

pub(crate) mod sessions;
pub(crate) mod operator;
pub(crate) mod test_login;
