//! Records of the store as HTTP and the command line both show them. Pure.

pub(crate) mod identity;
pub(crate) mod session;
pub(crate) mod user;
