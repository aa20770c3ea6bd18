//! How HTTP and the command line both show records of the store. Pure.

pub(crate) mod application;
pub(crate) mod identity;
pub(crate) mod session;
pub(crate) mod user;
