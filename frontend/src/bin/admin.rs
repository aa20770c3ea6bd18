//! The module of the pages of admins.

/// Starts it.
fn main() {
    postern_page::start_admin();
}
