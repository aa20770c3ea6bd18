//! Tools that cargo does not bring: each pinned, in its own folder, left alone if it is there.

pub(crate) mod apt;
pub(crate) mod cargo;
pub(crate) mod node;
pub(crate) mod python;
pub(crate) mod trunk;
