//! What people write where a secret belongs. It may be the secret all the same, so that it is only
//! worth saying.

use std::path::Path;

use shared::text::Text;

use crate::message::{Message, say};

/// What the text of a hash begins with.
const HASHES: [&str; 9] = [
    "$2a$", "$2b$", "$2y$", "$argon2", "$pbkdf2", "$scrypt", "$5$", "$6$", "{SSHA",
];
/// What a path begins with.
const PATHS: [&str; 9] = [
    "/run/", "/etc/", "/var/", "/home/", "/root/", "/opt/", "./", "../", "~/",
];

/// Returns what a secret looks like instead, in a sentence about its variable; `None` if it looks like
/// a secret. `twin` is the variable that names its file.
pub(super) fn oddity(text: &str, twin: &str) -> Option<Message> {
    if HASHES.iter().any(|start| text.starts_with(start)) {
        return Some(Text::NOTICE_HASH.into());
    }
    if is_reference(text) {
        return Some(Text::NOTICE_REFERENCE.into());
    }
    if text.contains(" #") {
        return Some(Text::NOTICE_COMMENT.into());
    }
    let is_path = PATHS.iter().any(|start| text.starts_with(start))
        || (text.starts_with('/') && Path::new(text).exists());
    is_path.then(|| say(Text::NOTICE_PATH).with("twin", twin))
}

/// Is it `${NAME}` or `$NAME`, as shells and compose files have it?
fn is_reference(text: &str) -> bool {
    let is_name = |name: &str| {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(is_allowed)
    };
    let braced = text.split_once("${").and_then(|(_, rest)| {
        let (name, _) = rest.split_once('}')?;
        name.split([':', '-', '?']).next()
    });
    braced.is_some_and(is_name) || text.strip_prefix('$').is_some_and(is_name)
}
