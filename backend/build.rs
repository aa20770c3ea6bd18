//! Has the page embedded anew when it has changed, and names the version.
//!
//! `cargo xtask` sets `POSTERN_SPA_HASH` to the hash of `frontend/dist`. Cargo alone would not
//! notice new files there. For a release it sets `POSTERN_COMMIT`, too.

fn main() {
    println!("cargo::rerun-if-env-changed=POSTERN_SPA_HASH");
    println!("cargo::rerun-if-env-changed=POSTERN_COMMIT");
    let version = env!("CARGO_PKG_VERSION");
    let version = match std::env::var_os("POSTERN_COMMIT") {
        Some(commit) if !commit.is_empty() => format!("{version} ({})", commit.display()),
        _ => version.to_owned(),
    };
    println!("cargo::rustc-env=POSTERN_VERSION={version}");
}
