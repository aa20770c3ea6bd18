//! Builds the page into `frontend/dist`, unless it is up to date.

use super::assets::Assets;
use super::index::{
    ADMIN_DOCUMENT, Documents, ENTRY_DOCUMENT, INSIDE_DOCUMENT, LOGIN_DOCUMENT, Module,
};
use super::inputs::dist_hash;
use super::shrink::Shrinkers;
use super::sizes::Sizes;
use super::texts;
use super::{css, index, inputs};
use crate::command::Command;
use crate::{machine, place, same_everywhere, say, signals};
use anyhow::{Context as _, Result, bail};
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// The modules, which are programs of the crate.
const MODULES: [&str; 4] = ["login", "entry", "inside", "admin"];

/// A built page.
pub(crate) struct Spa {
    /// The hash of all its files.
    pub(crate) hash: String,
    /// What a first visit costs.
    pub(crate) sizes: Sizes,
}

/// Builds the page unless it is up to date.
pub(crate) fn build() -> Result<Spa> {
    let _alone = alone()?;
    let shrinkers = Shrinkers::find();
    let inputs = inputs::hash(&shrinkers.versions())?;
    if inputs::up_to_date(&inputs).is_none() {
        make(&shrinkers)?;
        inputs::remember(
            &inputs,
            &dist_hash().context("frontend/dist was not written")?,
        )?;
    }
    let spa = Spa {
        hash: dist_hash().context("there is no page in frontend/dist")?,
        sizes: Sizes::measure()?,
    };
    for line in spa.sizes.lines() {
        say::line(&format!("    {line}"));
    }
    if shrinkers.lack_one() {
        say::line(&format!("      (with {})", shrinkers.versions()));
    }
    Ok(spa)
}

/// Waits until no other xtask builds the page. Dropping the file lets the next one continue.
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

/// Returns the variables with which cargo builds the page. Trunk gets the same if it is to share the
/// compiled crates.
pub(crate) fn cargo_variables() -> Vec<(String, OsString)> {
    same_everywhere::cargo_variables(machine::WASM, &[])
}

/// Builds the page from nothing.
fn make(shrinkers: &Shrinkers) -> Result<()> {
    Command::cargo()
        .args([
            "build",
            "--package",
            "postern-page",
            "--target",
            machine::WASM,
            "--profile",
            "wasm",
        ])
        .args(MODULES.map(|name| format!("--bin={name}")))
        .envs(&cargo_variables())
        .run("building the page")?;
    // Files of an older build must not be taken for this one's.
    let work = place::target().join("spa/bound");
    let _ = fs::remove_dir_all(&work);
    let mut assets = Assets::default();
    let [login, entry, inside, admin] =
        MODULES.map(|name| module(name, &work, shrinkers, &mut assets));
    say::line("      compressing");
    let documents = documents(
        &[login?, entry?, inside?, admin?],
        &work,
        shrinkers,
        &mut assets,
    )?;
    replace_dist(&assets, &documents)
}

/// Turns cargo's output into what browsers load.
fn module(name: &str, work: &Path, shrinkers: &Shrinkers, assets: &mut Assets) -> Result<Module> {
    let built = place::target()
        .join(machine::WASM)
        .join(format!("wasm/{name}.wasm"));
    let (js, wasm) = bind(name, &built, &work.join(name))?;
    shrinkers.module(&js, &wasm)?;
    Ok(Module {
        wasm: assets.add(&format!("{name}.wasm"), read(&wasm)?),
        js: assets.add(&format!("{name}.js"), shrinkers.script(&js, work)?),
    })
}

/// Runs wasm-bindgen; returns the JavaScript's and the module's path.
pub(super) fn bind(name: &str, module: &Path, folder: &Path) -> Result<(PathBuf, PathBuf)> {
    Bindgen::new()
        .input_path(module)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .keep_debug(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
        .context("wasm-bindgen cannot use the module")?;
    if folder.join("snippets").exists() {
        bail!("a crate of the page brings JavaScript of its own, which xtask does not hash yet");
    }
    Ok((
        folder.join(format!("{name}.js")),
        folder.join(format!("{name}_bg.wasm")),
    ))
}

/// Writes the documents that name the files by their content.
fn documents(
    modules: &[Module; 4],
    work: &Path,
    shrinkers: &Shrinkers,
    assets: &mut Assets,
) -> Result<Documents> {
    let frontend = place::root().join("frontend");
    let template = String::from_utf8(read(&frontend.join("index.html"))?)
        .context("frontend/index.html is not UTF-8")?;
    let style = |name: &str| {
        let text = String::from_utf8(read(&frontend.join(name))?)
            .with_context(|| format!("frontend/{name} is not UTF-8"))?;
        css::minify(&text)
    };
    let add = |name: &str| {
        let content = if name.ends_with(".css") {
            style(name)?.into_bytes()
        } else if name.ends_with(".js") {
            shrinkers.script(&frontend.join(name), work)?
        } else {
            read(&frontend.join(name))?
        };
        Ok(assets.add(name, content))
    };
    index::documents(&template, modules, add, style)
}

/// Reads a file.
fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", place::shown(path)))
}

/// Replaces the old page with the new one, completely or not at all.
fn replace_dist(files: &Assets, documents: &Documents) -> Result<()> {
    let (dist, new, old) = (
        place::dist(),
        place::root().join("frontend/.dist-new"),
        place::root().join("frontend/.dist-old"),
    );
    let _ = fs::remove_dir_all(&new);
    let _ = fs::remove_dir_all(&old);
    files.write(&new)?;
    texts::write(&new)?;
    fs::write(new.join(LOGIN_DOCUMENT), &documents.login)
        .and_then(|()| fs::write(new.join(ENTRY_DOCUMENT), &documents.entry))
        .and_then(|()| fs::write(new.join(INSIDE_DOCUMENT), &documents.inside))
        .and_then(|()| fs::write(new.join(ADMIN_DOCUMENT), &documents.admin))
        .and_then(|()| {
            if dist.exists() {
                fs::rename(&dist, &old)
            } else {
                Ok(())
            }
        })
        .and_then(|()| fs::rename(&new, &dist))
        .context("frontend/dist cannot be written")?;
    // A folder that remains does no harm; the next build removes it.
    let _ = fs::remove_dir_all(&old);
    Ok(())
}
