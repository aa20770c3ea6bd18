//! What an input of a form holds, and what a browser is told about that: the same in the page that works
//! without wasm and in the app.

use crate::name::MIN_PASSWORD_CHARS;

/// What a field holds: which keys a phone shows, and what browser and password manager may fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Free text that nobody completes.
    Plain,
    /// A username.
    Username,
    /// An email address. Not `type=email`, which rewrites international domain names as they are
    /// typed and has a rule of its own for what is valid.
    Email,
    /// A person's name.
    Name,
    /// The password that the account has.
    CurrentPassword,
    /// A password to be chosen now.
    NewPassword,
}

impl FieldKind {
    /// Returns HTML's `autocomplete`.
    #[must_use]
    pub fn autocomplete(self) -> &'static str {
        match self {
            Self::Plain => "off",
            Self::Username => "username",
            Self::Email => "email",
            Self::Name => "name",
            Self::CurrentPassword => "current-password",
            Self::NewPassword => "new-password",
        }
    }

    /// Is the text hidden until its writer wants to see it?
    #[must_use]
    pub fn is_secret(self) -> bool {
        matches!(self, Self::CurrentPassword | Self::NewPassword)
    }

    /// Returns HTML's `inputmode`.
    #[must_use]
    pub fn input_mode(self) -> &'static str {
        if self == Self::Email { "email" } else { "text" }
    }

    /// Returns HTML's `autocapitalize`.
    #[must_use]
    pub fn autocapitalize(self) -> &'static str {
        if self == Self::Name { "words" } else { "none" }
    }

    /// Returns HTML's `dir`: the direction of what is typed.
    #[must_use]
    pub fn direction(self) -> &'static str {
        match self {
            Self::Email | Self::Username => "ltr",
            _ => "auto",
        }
    }

    /// Returns the fewest characters it takes; `None` if any number will do.
    #[must_use]
    pub fn min_chars(self) -> Option<usize> {
        (self == Self::NewPassword).then_some(MIN_PASSWORD_CHARS)
    }
}
