//! What people write where a secret belongs. It may be the secret all the same, so that it is only
//! worth saying.

use std::path::Path;

/// What the text of a hash begins with.
const HASHES: [&str; 9] = [
    "$2a$", "$2b$", "$2y$", "$argon2", "$pbkdf2", "$scrypt", "$5$", "$6$", "{SSHA",
];
/// What a path begins with.
const PATHS: [&str; 9] = [
    "/run/", "/etc/", "/var/", "/home/", "/root/", "/opt/", "./", "../", "~/",
];

/// Returns what a secret looks like instead, as the end of a sentence that begins with its variable;
/// `None` if it looks like a secret. `twin` is the variable that names its file.
pub(super) fn oddity(text: &str, twin: &str) -> Option<String> {
    if HASHES.iter().any(|start| text.starts_with(start)) {
        return Some(
            "looks like the hash of a secret, which is for the other side: here belongs the secret \
             itself"
                .to_owned(),
        );
    }
    if is_reference(text) {
        return Some(
            "looks like a variable that nothing has filled in: systemd and `docker --env-file` take \
             it to the letter"
                .to_owned(),
        );
    }
    if text.contains(" #") {
        return Some(
            "has a # after a space, which is part of the value: a comment needs a line of its own"
                .to_owned(),
        );
    }
    let is_path = PATHS.iter().any(|start| text.starts_with(start))
        || (text.starts_with('/') && Path::new(text).exists());
    is_path.then(|| format!("looks like a path: a file that holds the secret is named by {twin}"))
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
