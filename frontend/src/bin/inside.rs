//! The module of the pages behind the login.

/// Starts it.
fn main() {
    frontend::start_inside();
}
