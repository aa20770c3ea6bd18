//! All modules in one, for `trunk serve`, which builds one alone.

/// Starts whatever stands at the address.
fn main() {
    postern_page::start_here();
}
