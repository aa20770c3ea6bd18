//! Builds that give the same bytes on every machine.

use std::ffi::OsString;
use std::path::Path;

/// Returns the variables with which cargo builds for a target, with these flags of rustc as well.
///
/// Panic messages contain the paths of crates; without the folder they are in, what is built is the
/// same everywhere. Cargo adds this to the flags of `.cargo/config.toml`.
pub(crate) fn cargo_variables(target: &str, more: &[String]) -> Vec<(String, OsString)> {
    let home = std::env::var_os("CARGO_HOME").or_else(|| {
        Some(
            Path::new(&std::env::var_os("HOME")?)
                .join(".cargo")
                .into_os_string(),
        )
    });
    let crates = home.map(|home| Path::new(&home).join("registry/src"));
    let crates = crates.as_deref().and_then(Path::to_str);
    let remap = crates.map(|crates| format!("--remap-path-prefix={crates}=crates"));
    // Cargo splits the variable at spaces. Without a flag what is built works too, but is slower, or
    // not reproducible.
    let flags: Vec<&str> = remap
        .iter()
        .chain(more)
        .map(String::as_str)
        .filter(|flag| !flag.contains(char::is_whitespace))
        .collect();
    vec![(cargo_variable(target, "RUSTFLAGS"), flags.join(" ").into())]
}

/// Returns the name of one of cargo's variables for a target.
pub(crate) fn cargo_variable(target: &str, what: &str) -> String {
    let target = target.to_uppercase().replace('-', "_");
    format!("CARGO_TARGET_{target}_{what}")
}
