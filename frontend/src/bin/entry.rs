//! The module of the other pages before the login.

/// Starts it.
fn main() {
    postern_page::start_entry();
}
