//! Makes the page's files smaller with tools from npm. The page works without them.

use super::names::Names;
use crate::command::Command;
use crate::tools::node;
use crate::{place, say};
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The available programs.
pub(super) struct Shrinkers {
    /// For the modules.
    wasm_opt: Option<PathBuf>,
    /// For JavaScript.
    esbuild: Option<PathBuf>,
}

impl Shrinkers {
    /// Looks for them, and installs what is missing.
    pub(super) fn find() -> Self {
        Self {
            wasm_opt: node::wasm_opt(),
            esbuild: node::esbuild(),
        }
    }

    /// Returns the versions that the page depends on.
    pub(super) fn versions(&self) -> String {
        let version =
            |program: &Option<PathBuf>, version| program.as_ref().map_or("none", |_| version);
        format!(
            "wasm-opt {}, esbuild {}",
            version(&self.wasm_opt, node::BINARYEN),
            version(&self.esbuild, node::ESBUILD)
        )
    }

    /// Returns true if one of them is missing.
    pub(super) fn lack_one(&self) -> bool {
        self.wasm_opt.is_none() || self.esbuild.is_none()
    }

    /// Shrinks a module, in place. Its JavaScript gets the names that it has then.
    pub(super) fn module(&self, js: &Path, module: &Path) -> Result<()> {
        let Some(wasm_opt) = &self.wasm_opt else {
            return Ok(());
        };
        say::line("      wasm-opt -Oz");
        let names = Command::new(wasm_opt)
            // rustc emits these by itself since 1.87; every browser since 2023 supports them.
            .args([
                "--enable-bulk-memory",
                "--enable-sign-ext",
                "--enable-nontrapping-float-to-int",
            ])
            .args([
                "--enable-mutable-globals",
                "--enable-reference-types",
                "--enable-multivalue",
            ])
            .args([
                // The second time sees what the first has inlined.
                "-Oz",
                "--gufa",
                "-Oz",
                "--strip-debug",
                "--strip-producers",
                "--strip-target-features",
                "--minify-imports-and-exports-and-modules",
            ])
            .args([module.as_os_str(), "-o".as_ref(), module.as_os_str()])
            .read("shrinking the module with wasm-opt")?;
        let script = fs::read_to_string(js).context("wasm-bindgen wrote no JavaScript")?;
        fs::write(js, Names::parse(&names)?.apply(&script))
            .with_context(|| format!("{} cannot be written", place::shown(js)))
    }

    /// Returns a script's content, minified; `work` is a folder for the result.
    pub(super) fn script(&self, script: &Path, work: &Path) -> Result<Vec<u8>> {
        let read = |path: &Path| {
            fs::read(path).with_context(|| format!("{} cannot be read", place::shown(path)))
        };
        let Some(esbuild) = &self.esbuild else {
            return read(script);
        };
        let name = script.file_name().unwrap_or_default();
        let minified = work.join(Path::new(name).with_extension("min.js"));
        let mut out = std::ffi::OsString::from("--outfile=");
        out.push(&minified);
        Command::new(esbuild)
            .args(["--minify", "--format=esm", "--log-level=warning"])
            .args([script.as_os_str(), &out])
            .run("minifying with esbuild")?;
        read(&minified)
    }
}
