//! What is on this machine and in its database.

pub(crate) mod settings;
pub(crate) mod files;
pub(crate) mod secret_key;
pub(crate) mod database;
pub(crate) mod container;
pub(crate) mod identities;
