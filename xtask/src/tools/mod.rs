//! Tools that cargo does not bring: each pinned, in a folder of its own, left alone when there.

pub(crate) mod apt;
pub(crate) mod node;
pub(crate) mod python;
pub(crate) mod trunk;

use crate::place;
use std::path::PathBuf;

/// Returns the log file of an installation.
fn log(name: &str) -> PathBuf {
    place::tools().join("log").join(format!("{name}.log"))
}
