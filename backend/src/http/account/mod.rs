//! What users see and change of their own account.

pub(crate) mod session;
pub(crate) mod session_check;
pub(crate) mod profile;
pub(crate) mod sessions;
pub(crate) mod identities;
