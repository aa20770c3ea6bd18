//! Builds the page into `frontend/dist`, which the server embeds.
//!
//! Cargo makes the module, wasm-bindgen (as a library) its JavaScript, wasm-opt shrinks it where it
//! can be had; then every file gets its content's hash into its name and its compressed forms
//! beside it. Nothing is done when nothing it depends on has changed.

mod assets;
mod index;
mod inputs;

pub(crate) use inputs::{dist_hash, hex};

use crate::command::Command;
use crate::{machine, place, say, signals, tools};
use anyhow::{Context as _, Result, bail};
use assets::Assets;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// The most that the compressed module may weigh, in bytes: a login page is waited for.
const LIMIT: usize = 150_000;

/// A built page.
pub(crate) struct Spa {
    /// The hash over all its files.
    pub(crate) hash: String,
    /// The module's size in bytes.
    pub(crate) wasm: usize,
    /// Its size as browsers get it.
    pub(crate) wasm_brotli: usize,
}

impl Spa {
    /// Fails when the module weighs more than a login page should.
    pub(crate) fn require_small(&self) -> Result<()> {
        if self.wasm_brotli <= LIMIT {
            return Ok(());
        }
        bail!(
            "the page's module is {} compressed, the limit is {}: what was added to the frontend?",
            say::kilobytes(self.wasm_brotli),
            say::kilobytes(LIMIT)
        )
    }

    /// Reads the sizes of the page in `frontend/dist`.
    fn measure(hash: String) -> Result<Self> {
        let size = |ending: &str| -> Result<usize> {
            let assets = fs::read_dir(place::dist().join("assets"))?.flatten();
            let mut found = assets.filter(|file| file.path().to_string_lossy().ends_with(ending));
            let file = found
                .next()
                .with_context(|| format!("the page has no {ending}"))?;
            Ok(usize::try_from(file.metadata()?.len())?)
        };
        Ok(Self {
            wasm: size(".wasm")?,
            wasm_brotli: size(".wasm.br")?,
            hash,
        })
    }
}

/// Builds the page unless it is up to date.
pub(crate) fn build() -> Result<Spa> {
    let _alone = alone()?;
    let wasm_opt = tools::node::wasm_opt();
    let inputs = inputs::hash(wasm_opt.is_some().then_some(tools::node::BINARYEN))?;
    if inputs::up_to_date(&inputs).is_none() {
        make(wasm_opt.as_deref())?;
        inputs::remember(
            &inputs,
            &dist_hash().context("frontend/dist was not written")?,
        )?;
    }
    let spa = Spa::measure(dist_hash().context("there is no page in frontend/dist")?)?;
    say::line(&format!(
        "      page: wasm {}, {} as brotli{}",
        say::kilobytes(spa.wasm),
        say::kilobytes(spa.wasm_brotli),
        if wasm_opt.is_some() {
            ""
        } else {
            " (without wasm-opt)"
        }
    ));
    Ok(spa)
}

/// Waits until no other xtask builds the page. Dropping the file lets the next one go on.
fn alone() -> Result<File> {
    let folder = place::target().join("spa");
    fs::create_dir_all(&folder).context("target/spa cannot be made")?;
    let lock = File::create(folder.join("lock")).context("target/spa cannot be written")?;
    if lock.try_lock().is_err() {
        say::line("      another xtask is building the page: waiting for it");
    }
    while lock.try_lock().is_err() {
        if signals::received() {
            return Err(signals::Stopped.into());
        }
        signals::pause();
    }
    Ok(lock)
}

/// Returns the variables with which cargo builds the page.
///
/// The paths of crates end up in panic messages; without the folder they are in, the page is the
/// same on every machine. Cargo adds this to the flags of `.cargo/config.toml`. Trunk gets the same
/// variables where it is to share the compiled crates.
pub(crate) fn cargo_variables() -> Vec<(String, OsString)> {
    let home = std::env::var_os("CARGO_HOME").or_else(|| {
        Some(
            Path::new(&std::env::var_os("HOME")?)
                .join(".cargo")
                .into_os_string(),
        )
    });
    let crates = home.map(|home| Path::new(&home).join("registry/src"));
    match crates.as_deref().and_then(Path::to_str) {
        // Cargo splits the variable at spaces. Without it the page is as good, only not the same.
        Some(crates) if !crates.contains(char::is_whitespace) => {
            let flag = format!("--remap-path-prefix={crates}=crates");
            vec![(
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS".to_owned(),
                flag.into(),
            )]
        }
        _ => Vec::new(),
    }
}

/// Builds the page from nothing.
fn make(wasm_opt: Option<&Path>) -> Result<()> {
    Command::cargo()
        .args([
            "build",
            "--package",
            "frontend",
            "--target",
            machine::WASM,
            "--profile",
            "wasm",
        ])
        .envs(&cargo_variables())
        .run("building the page")?;
    let work = place::target().join("spa");
    let module = place::target()
        .join(machine::WASM)
        .join("wasm/frontend.wasm");
    let (js, wasm) = bind(&module, &work)?;
    if let Some(wasm_opt) = wasm_opt {
        shrink(wasm_opt, &wasm)?;
    }
    say::line("      compressing");
    let (files, page) = assemble(&js, &wasm)?;
    replace_dist(&files, &page)
}

/// Runs wasm-bindgen; returns the JavaScript's and the module's path.
fn bind(module: &Path, work: &Path) -> Result<(PathBuf, PathBuf)> {
    // What an older build left must not be taken for this one's.
    let _ = fs::remove_dir_all(work.join("bound"));
    let bound = work.join("bound");
    Bindgen::new()
        .input_path(module)
        .out_name("frontend")
        .web(true)?
        .typescript(false)
        .keep_debug(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&bound)
        .context("wasm-bindgen cannot use the module")?;
    if bound.join("snippets").exists() {
        bail!("a crate of the page brings JavaScript of its own, which xtask does not hash yet");
    }
    Ok((bound.join("frontend.js"), bound.join("frontend_bg.wasm")))
}

/// Runs wasm-opt over the module, in place.
fn shrink(wasm_opt: &Path, module: &Path) -> Result<()> {
    say::line("      wasm-opt -Oz");
    Command::new(wasm_opt)
        // What rustc emits by itself since 1.87; every browser since 2023 has it.
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
            "-Oz",
            "--strip-debug",
            "--strip-producers",
            "--strip-target-features",
        ])
        .args([module.as_os_str(), "-o".as_ref(), module.as_os_str()])
        .run("shrinking the module with wasm-opt")
}

/// Names the files by their content and writes the page that names them.
fn assemble(js: &Path, wasm: &Path) -> Result<(Assets, String)> {
    let read = |path: &Path| {
        fs::read(path).with_context(|| format!("{} cannot be read", place::shown(path)))
    };
    let frontend = place::root().join("frontend");
    let template = String::from_utf8(read(&frontend.join("index.html"))?)
        .context("frontend/index.html is not UTF-8")?;
    let mut assets = Assets::default();
    let wasm = assets.add("frontend.wasm", read(wasm)?);
    let js = assets.add("frontend.js", read(js)?);
    let page = index::rewrite(&template, &js, &wasm, |name| {
        Ok(assets.add(name, read(&frontend.join(name))?))
    })?;
    Ok((assets, page))
}

/// Puts the new page in the place of the old one, whole or not at all.
fn replace_dist(files: &Assets, page: &str) -> Result<()> {
    let (dist, new, old) = (
        place::dist(),
        place::root().join("frontend/.dist-new"),
        place::root().join("frontend/.dist-old"),
    );
    let _ = fs::remove_dir_all(&new);
    let _ = fs::remove_dir_all(&old);
    files.write(&new)?;
    fs::write(new.join("index.html"), page)
        .and_then(|()| {
            if dist.exists() {
                fs::rename(&dist, &old)
            } else {
                Ok(())
            }
        })
        .and_then(|()| fs::rename(&new, &dist))
        .context("frontend/dist cannot be written")?;
    // It is out of the way; a fault is the next build's to mend.
    let _ = fs::remove_dir_all(&old);
    Ok(())
}
