//! The archives of a release.

use super::platform::Platform;
use super::source::Source;
use super::tar::{Archive, Entry, gzip};
use super::{image, sums};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read as _;

fn source() -> Source {
    Source {
        version: "1.2.3",
        commit: "0123456789ab".to_owned(),
        time: 1_800_000_000,
    }
}

fn programs() -> Vec<(Platform, Vec<u8>)> {
    Platform::ALL
        .map(|platform| (platform, platform.machine().as_bytes().to_vec()))
        .to_vec()
}

/// Returns the files of an archive by their paths.
fn files(archive: &[u8]) -> Result<BTreeMap<String, Vec<u8>>> {
    tar::Archive::new(archive)
        .entries()?
        .map(|entry| {
            let mut entry = entry?;
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            Ok((entry.path()?.display().to_string(), bytes))
        })
        .collect()
}

#[test]
fn archives_of_the_same_files_are_the_same_bytes() -> Result<()> {
    let make = || -> Result<Vec<u8>> {
        let mut archive = Archive::new(source().time);
        archive.file(&Entry::program("a/b/program", "x"))?;
        archive.file(&Entry::file("a/paper", "y"))?;
        gzip(&archive.finish()?)
    };
    ensure!(make()? == make()?);
    ensure!(image::archive(&programs(), &source())? == image::archive(&programs(), &source())?);
    Ok(())
}

#[test]
fn archive_has_its_folders_before_their_files_and_all_is_roots() -> Result<()> {
    let mut archive = Archive::new(source().time);
    archive.file(&Entry::program("a/b/program", "x"))?;
    let bytes = archive.finish()?;
    let mut seen = Vec::new();
    for entry in tar::Archive::new(bytes.as_slice()).entries()? {
        let entry = entry?;
        let header = entry.header();
        ensure!(header.uid()? == 0 && header.gid()? == 0 && header.mtime()? == source().time);
        seen.push((entry.path()?.display().to_string(), header.mode()?));
    }
    let expected = [("a/", 0o755), ("a/b/", 0o755), ("a/b/program", 0o755)];
    ensure!(
        seen == expected.map(|(path, mode)| (path.to_owned(), mode)),
        "{seen:?}"
    );
    Ok(())
}

/// Every descriptor names a blob that is there, of that size and digest, down to the layer.
#[test]
fn image_is_whole_for_each_platform() -> Result<()> {
    let archive = image::archive(&programs(), &source())?;
    let files = files(&archive)?;
    let blob = |descriptor: &Value| -> Result<Vec<u8>> {
        let digest = descriptor["digest"].as_str().context("no digest")?;
        let hex = digest.strip_prefix("sha256:").context("no SHA-256")?;
        let bytes = files
            .get(&format!("blobs/sha256/{hex}"))
            .context("no such blob")?;
        ensure!(sums::sha256(bytes) == hex);
        ensure!(descriptor["size"] == bytes.len());
        Ok(bytes.clone())
    };
    let json = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes);
    let index = json(files.get("index.json").context("no index")?)?;
    let images = json(&blob(&index["manifests"][0])?)?;
    let images = images["manifests"].as_array().context("no images")?;
    ensure!(images.len() == Platform::ALL.len());
    for (image, platform) in images.iter().zip(Platform::ALL) {
        ensure!(image["platform"]["architecture"] == platform.architecture());
        let manifest = json(&blob(image)?)?;
        let config = json(&blob(&manifest["config"])?)?;
        ensure!(config["architecture"] == platform.architecture());
        ensure!(config["config"]["User"] == "65532:65532");
        let layer = blob(&manifest["layers"][0])?;
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(layer.as_slice()).read_to_end(&mut unpacked)?;
        let diff = format!("sha256:{}", sums::sha256(&unpacked));
        ensure!(config["rootfs"]["diff_ids"][0] == diff);
        let layer = self::files(&unpacked)?;
        ensure!(layer["postern"] == platform.machine().as_bytes());
        ensure!(layer.contains_key("data/"));
    }
    Ok(())
}

#[test]
fn certificate_authorities_are_pem_in_lines_of_64() -> Result<()> {
    let text = image::authorities();
    let begins = text.matches("-----BEGIN CERTIFICATE-----\n").count();
    ensure!(begins > 100 && text.matches("-----END CERTIFICATE-----\n").count() == begins);
    ensure!(text.lines().all(|line| line.len() <= 64));
    Ok(())
}
