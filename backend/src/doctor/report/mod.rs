//! The report: for people, and for strangers without what they must not see.

pub mod examination;
pub mod text;
mod redaction;
pub mod bundle;
