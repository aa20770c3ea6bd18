//! xtask under the name `wasm-bindgen`: does for Trunk what that program would, through the
//! library.
//!
//! Building the real program takes minutes, and the library is linked into xtask already. Only the
//! options that Trunk passes are known; any other is refused.

use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

/// The name that Trunk looks for.
pub(crate) const NAME: &str = "wasm-bindgen";

/// Trunk's arguments.
#[derive(Debug, Default, PartialEq, Eq)]
struct Order {
    /// The module that cargo built.
    input: PathBuf,
    /// Where the results go.
    out_dir: PathBuf,
    /// The stem of their names.
    out_name: String,
    /// Whether debug sections stay.
    keep_debug: bool,
    /// True if TypeScript declarations are wanted.
    typescript: bool,
}

/// Acts as wasm-bindgen if xtask was called by that name; else returns `None`.
pub(crate) fn answer_if_called(arguments: &[String]) -> Option<ExitCode> {
    let (name, rest) = arguments.split_first()?;
    if Path::new(name).file_stem()? != NAME {
        return None;
    }
    let outcome = match rest {
        [only] if only == "--version" || only == "-V" => {
            crate::say::line(&format!("{NAME} {}", version()));
            Ok(())
        }
        _ => parse(rest).and_then(|order| carry_out(&order)),
    };
    Some(match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            crate::say::fault(&format!("{fault:#}"));
            ExitCode::FAILURE
        }
    })
}

/// Returns the version that the page must be built with: the library's.
fn version() -> &'static str {
    // Both are pinned in the root manifest; a test below compares them.
    "0.2.129"
}

/// Reads Trunk's arguments.
fn parse(arguments: &[String]) -> Result<Order> {
    let mut order = Order {
        typescript: true,
        ..Order::default()
    };
    for argument in arguments {
        match argument.split_once('=') {
            Some(("--target", "web")) => {}
            Some(("--out-dir", folder)) => order.out_dir = folder.into(),
            Some(("--out-name", name)) => name.clone_into(&mut order.out_name),
            None if argument == "--no-typescript" => order.typescript = false,
            None if argument == "--keep-debug" => order.keep_debug = true,
            None if !argument.starts_with('-') => order.input = argument.into(),
            _ => bail!("this stand-in for {NAME} does not know `{argument}`"),
        }
    }
    if order.input.as_os_str().is_empty() || order.out_name.is_empty() {
        bail!("this stand-in for {NAME} takes --target=web --out-dir=… --out-name=… and a file");
    }
    Ok(order)
}

/// Creates the JavaScript and the module that the browser loads.
fn carry_out(order: &Order) -> Result<()> {
    Bindgen::new()
        .input_path(&order.input)
        .out_name(&order.out_name)
        .web(true)?
        .typescript(order.typescript)
        .keep_debug(order.keep_debug)
        .generate(&order.out_dir)
        .with_context(|| format!("wasm-bindgen cannot use {}", order.input.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trunks_arguments_are_understood() {
        let arguments = [
            "--target=web",
            "--out-dir=/o",
            "--out-name=frontend",
            "/i.wasm",
            "--no-typescript",
        ];

        let order = parse(&arguments.map(String::from)).unwrap();

        let expected = Order {
            input: "/i.wasm".into(),
            out_dir: "/o".into(),
            out_name: "frontend".into(),
            keep_debug: false,
            typescript: false,
        };
        assert_eq!(order, expected);
    }

    #[test]
    fn an_unknown_option_is_refused() {
        let fault = parse(&["--split-linked-modules".to_owned()]).unwrap_err();

        assert!(
            fault
                .to_string()
                .contains("does not know `--split-linked-modules`")
        );
    }

    #[test]
    fn all_pins_of_wasm_bindgen_agree() {
        let version = version();
        for (file, pin) in [
            ("Cargo.toml", format!("wasm-bindgen = \"={version}\"")),
            (
                "Cargo.toml",
                format!("wasm-bindgen-cli-support = \"={version}\""),
            ),
            ("Trunk.toml", format!("wasm_bindgen = \"{version}\"")),
        ] {
            let text = std::fs::read_to_string(crate::place::root().join(file)).unwrap();
            assert!(text.contains(&pin), "{file} lacks {pin}");
        }
    }
}
