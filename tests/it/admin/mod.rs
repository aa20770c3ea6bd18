//! What admins see and change, over HTTP.

pub(crate) mod audit;
pub(crate) mod users;
