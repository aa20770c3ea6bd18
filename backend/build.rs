//! Has the page embedded anew when it has changed.
//!
//! `cargo xtask` sets `POSTERN_SPA_HASH` to the hash of `frontend/dist`. Cargo alone would not
//! notice new files there.

fn main() {
    println!("cargo::rerun-if-env-changed=POSTERN_SPA_HASH");
}
