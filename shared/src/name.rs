//! Rules for usernames, display names and passwords: the same for the form and for the handler.

/// The most characters a username may have.
pub const MAX_USERNAME_CHARS: usize = 64;
/// The most characters a display name may have.
pub const MAX_DISPLAY_NAME_CHARS: usize = 100;
/// The fewest characters a new password may have.
pub const MIN_PASSWORD_CHARS: usize = 10;
/// The most bytes a password may have, so that hashing one stays cheap.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// Returns true for a username: 1 to [`MAX_USERNAME_CHARS`] of `A-Z a-z 0-9 . _ -`, a letter or
/// digit first.
///
/// Only ASCII, since a username is also sent in headers and is compared case-insensitively.
#[must_use]
pub fn is_username(text: &str) -> bool {
    text.len() <= MAX_USERNAME_CHARS
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(is_username_char)
}

/// Returns true if a username may contain this character.
#[must_use]
pub fn is_username_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// Returns true for a display name: at most [`MAX_DISPLAY_NAME_CHARS`], no control characters.
#[must_use]
pub fn is_display_name(text: &str) -> bool {
    text.chars().count() <= MAX_DISPLAY_NAME_CHARS && !text.chars().any(char::is_control)
}

/// Returns true if a new password is long enough, and not too long.
#[must_use]
pub fn is_new_password(text: &str) -> bool {
    text.len() <= MAX_PASSWORD_BYTES && text.chars().count() >= MIN_PASSWORD_CHARS
}

#[cfg(test)]
mod tests {
    use super::is_username;

    #[test]
    fn usernames() {
        for good in ["a", "alice", "Alice.B-c_9", "9lives"] {
            assert!(is_username(good), "{good:?}");
        }
        let long = "a".repeat(65);
        for bad in [
            "",
            ".a",
            "-a",
            "a b",
            "a@b",
            "ä",
            "a\n",
            "a/b",
            long.as_str(),
        ] {
            assert!(!is_username(bad), "{bad:?}");
        }
    }
}
