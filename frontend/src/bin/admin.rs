//! The module of the pages of admins.

/// Starts it.
fn main() {
    frontend::start_admin();
}
