//! One page per module, named for its path.

pub(crate) mod login;
pub(crate) mod setup;
pub(crate) mod welcome;
pub(crate) mod home;
pub(crate) mod profile;
pub(crate) mod users;
pub(crate) mod activity;
pub(crate) mod doctor;
pub(crate) mod link;
pub(crate) mod not_found;
