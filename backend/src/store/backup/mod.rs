//! The SQLite file as a whole: copy, check, restore.

pub(crate) mod copy;
pub(crate) mod restore;
