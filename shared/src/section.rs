//! The modules of the page.

/// Which module contains a path's page. They are separate so that people who log in do not wait for
/// the pages after the login, and only admins load those of admins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The pages for logging in.
    Entry,
    /// The pages after the login, and the page for unknown paths.
    Inside,
    /// The pages of admins.
    Admin,
}
