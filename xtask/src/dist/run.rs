//! The steps of `cargo xtask dist`, and those of them that the tests take.

use super::contents::Contents;
use super::platform::Platform;
use super::source::Source;
use super::tar::{Archive, gzip};
use super::{binaries, debian, image, red_hat, sbom, sums};
use crate::say::{self, Steps};
use crate::{machine, place, spa, tools};
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Makes everything, from nothing but the source.
pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::new(7);
    steps.run("Looking at this machine", || {
        machine::require_c_compiler()?;
        machine::require_target(machine::WASM)?;
        tools::apt::install_for_packages()
    })?;
    steps.run("Downloading crates", machine::fetch_crates)?;
    let spa = steps.run("Building the page", spa::build)?;
    spa.sizes.require_small()?;
    let source = Source::read()?;
    steps.run("Building the programs", || build_all(&spa.hash, &source))?;
    let out = steps.run("Packing", || pack(&source))?;
    steps.run("Listing the crates", || sbom::write(&source, &out))?;
    steps.run("Adding up", || finish(&out))
}

/// Builds the program for one platform, with the page of this hash inside.
pub(crate) fn build(platform: Platform, spa_hash: &str) -> Result<()> {
    binaries::build(platform, spa_hash, &Source::read()?)
}

/// Builds the program that counts how often its code runs, as [`binaries::build_counting`] does.
pub(crate) fn build_counting(spa_hash: &str, counts: &Path) -> Result<PathBuf> {
    binaries::build_counting(spa_hash, &Source::read()?, counts)
}

/// Makes everything but the list of the crates, with the page of this hash inside.
pub(crate) fn packages(spa_hash: &str) -> Result<()> {
    let source = Source::read()?;
    build_all(spa_hash, &source)?;
    finish(&pack(&source)?)
}

fn build_all(spa_hash: &str, source: &Source) -> Result<()> {
    Platform::ALL
        .into_iter()
        .try_for_each(|platform| binaries::build(platform, spa_hash, source))
}

/// Writes archives, packages and the image into `target/dist`, and returns that folder.
fn pack(source: &Source) -> Result<PathBuf> {
    let out = place::packages();
    let work = place::target().join("packing");
    for folder in [&out, &work] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
    }
    let contents = Contents::collect(&binaries::path(this_machine()?), &work)?;
    let programs = Platform::ALL
        .into_iter()
        .map(|platform| {
            let path = binaries::path(platform);
            let bytes = fs::read(&path)
                .with_context(|| format!("{} was not built", place::shown(&path)))?;
            Ok((platform, bytes))
        })
        .collect::<Result<Vec<_>>>()?;
    for (platform, program) in &programs {
        let (version, machine) = (source.version, platform.machine());
        let mut archive = Archive::new(source.time);
        for entry in contents.by_hand(program, source) {
            archive.file(&entry)?;
        }
        let name = format!("postern-{version}-linux-{machine}.tar.gz");
        fs::write(out.join(name), gzip(&archive.finish()?)?)?;
        let stage = |kind: &str| work.join(format!("{kind}-{machine}"));
        debian::write(*platform, program, &contents, source, &stage("deb"), &out)?;
        red_hat::write(*platform, program, &contents, source, &stage("rpm"), &out)?;
        image::unpacked(*platform, program, &work.join("image"))?;
    }
    let image = image::archive(&programs, source)?;
    fs::write(
        out.join(format!("postern-{}-oci.tar", source.version)),
        image,
    )?;
    Ok(out)
}

/// Returns the platform whose program runs here.
fn this_machine() -> Result<Platform> {
    let machine = std::env::consts::ARCH;
    Platform::ALL
        .into_iter()
        .find(|platform| platform.machine() == machine)
        .with_context(|| {
            format!("nothing is built for {machine}, so nothing can write the manual here")
        })
}

/// Writes the sums, and says what is there.
fn finish(out: &Path) -> Result<()> {
    let sums = sums::sums(out)?;
    fs::write(out.join(sums::FILE), &sums)?;
    for line in sums.lines() {
        let Some((_, name)) = line.split_once("  ") else {
            continue;
        };
        let path = out.join(name);
        let size = usize::try_from(path.metadata()?.len())?;
        say::line(&format!(
            "      {}: {}",
            place::shown(&path),
            say::kilobytes(size)
        ));
    }
    Ok(())
}
