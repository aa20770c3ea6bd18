//! The modules into which the page is divided.

/// Which of the page's modules has a path's page. They are apart so that whoever comes to log in does
/// not wait for the pages behind the login, and no one else for those of admins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// What one passes through to log in.
    Entry,
    /// What is behind the login, and the page for paths that lead nowhere.
    Inside,
    /// What admins have behind it.
    Admin,
}
