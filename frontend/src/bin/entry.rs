//! The module that whoever comes to log in waits for.

/// Starts it.
fn main() {
    frontend::start_entry();
}
