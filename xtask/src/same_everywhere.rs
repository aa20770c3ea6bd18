//! Builds that give the same bytes on every machine.

use std::ffi::OsString;
use std::path::Path;

/// Returns the variables with which cargo builds for a target.
///
/// Panic messages contain the paths of crates; without the folder they are in, what is built is the
/// same everywhere. Cargo adds this to the flags of `.cargo/config.toml`.
pub(crate) fn cargo_variables(target: &str) -> Vec<(String, OsString)> {
    let home = std::env::var_os("CARGO_HOME").or_else(|| {
        Some(
            Path::new(&std::env::var_os("HOME")?)
                .join(".cargo")
                .into_os_string(),
        )
    });
    let crates = home.map(|home| Path::new(&home).join("registry/src"));
    match crates.as_deref().and_then(Path::to_str) {
        // Cargo splits the variable at spaces. Without it what is built works too, but is not
        // reproducible.
        Some(crates) if !crates.contains(char::is_whitespace) => {
            let name = target.to_uppercase().replace('-', "_");
            let flag = format!("--remap-path-prefix={crates}=crates");
            vec![(format!("CARGO_TARGET_{name}_RUSTFLAGS"), flag.into())]
        }
        _ => Vec::new(),
    }
}
