//! The modules of the page.

/// Which module contains a path's page. They are separate so that people who log in do not wait for
/// the pages after the login, and only admins load those of admins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The login page.
    Login,
    /// The other pages before the login: the setup, and what links lead to.
    Entry,
    /// The pages after the login, and the page for unknown paths.
    Inside,
    /// The pages of admins.
    Admin,
}

impl Section {
    /// Those that have a table of texts. [`Section::Admin`] uses that of [`Section::Inside`].
    pub const WITH_TEXTS: [Self; 3] = [Self::Login, Self::Entry, Self::Inside];
}
