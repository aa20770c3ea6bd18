//! One's own account, over HTTP.

pub(crate) mod identities;
pub(crate) mod session;
pub(crate) mod sessions;
pub(crate) mod revocation;
pub(crate) mod unlink;
pub(crate) mod confirm;
pub(crate) mod profile;
