//! What admins see and change.

pub(crate) mod users;
pub(crate) mod audit;
pub(crate) mod doctor;
