//! The module of the pages behind the login.

/// Starts it.
fn main() {
    postern_page::start_inside();
}
