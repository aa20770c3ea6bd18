//! Sessions that were looked up before, with their accounts. What is in here is never older than
//! the database: an answer is taken from it only after a look at whether anything has changed.

mod packed;
pub(crate) mod entries;
pub(crate) mod changes;
mod wal_index;
pub(crate) mod sqlite_changes;
pub(crate) mod postgres_changes;
pub(crate) mod uses;
