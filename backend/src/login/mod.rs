//! The login, without HTTP: who an identity is, and what is done about it.

pub mod decide;
pub mod once;
