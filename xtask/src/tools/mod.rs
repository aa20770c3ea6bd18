//! Tools that cargo does not bring: each pinned, in a folder of its own, left alone when there.

pub(crate) mod apt;
pub(crate) mod node;
pub(crate) mod python;
pub(crate) mod trunk;
