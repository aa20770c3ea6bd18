//! Whether this is a container.

use std::path::Path;

/// Returns whether this runs in a container, where 127.0.0.1 is the container itself.
pub(crate) fn is_container() -> bool {
    ["/.dockerenv", "/run/.containerenv"]
        .iter()
        .any(|file| Path::new(file).exists())
}
