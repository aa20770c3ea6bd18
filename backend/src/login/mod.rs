//! The login, without HTTP: what the browser keeps of it, who an identity is, what is done about it,
//! and why it failed.

pub mod attempt;
pub mod error;
pub mod role;
pub mod decide;
pub mod once;
