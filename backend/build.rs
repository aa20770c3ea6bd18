//! Has the page and the migrations embedded anew when they have changed, and names the version.
//!
//! Cargo alone would not notice new files there. `cargo xtask` sets `POSTERN_SPA_HASH` to the hash of
//! `frontend/dist`. For a release it sets `POSTERN_COMMIT`, too.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-env-changed=POSTERN_SPA_HASH");
    println!("cargo::rerun-if-env-changed=POSTERN_COMMIT");
    let version = env!("CARGO_PKG_VERSION");
    let version = match std::env::var_os("POSTERN_COMMIT") {
        Some(commit) if !commit.is_empty() => format!("{version} ({})", commit.display()),
        _ => version.to_owned(),
    };
    println!("cargo::rustc-env=POSTERN_VERSION={version}");
}
