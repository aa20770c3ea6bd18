//! The SQLite file as a whole: copied, checked, put back.

pub(crate) mod copy;
pub(crate) mod restore;
