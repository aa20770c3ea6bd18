//! The module that whoever comes to log in waits for.

/// Starts it.
fn main() {
    postern_page::start_login();
}
