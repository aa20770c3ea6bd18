//! The container image for all platforms, as an archive that Docker, Podman and skopeo read: layout
//! and media types of the OCI image specification 1.1. It is what `Containerfile` builds.

use super::platform::Platform;
use super::source::Source;
use super::stage::Stage;
use super::sums::sha256;
use super::tar::{Archive, Entry, Owner, ROOT, gzip};
use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::Path;

/// Who runs in the container, and owns its data: a number that no distribution gives away.
const NOBODY_ELSE: u64 = 65_532;

/// Where the program finds the certificate authorities.
const AUTHORITIES: &str = "etc/ssl/certs/ca-certificates.crt";

/// Returns the archive with an image for each program.
pub(crate) fn archive(programs: &[(Platform, Vec<u8>)], source: &Source) -> Result<Vec<u8>> {
    let mut blobs = Blobs(Archive::new(source.time));
    let manifests = programs
        .iter()
        .map(|(platform, program)| blobs.image(*platform, program, source))
        .collect::<Result<Vec<_>>>()?;
    let images = json!({
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": manifests,
        "annotations": labels(source),
    });
    let mut images = blobs.add_json(INDEX, &images)?;
    images["annotations"] = json!({ "org.opencontainers.image.ref.name": source.version });
    let Blobs(mut archive) = blobs;
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [images] });
    archive.file(&Entry::file("index.json", index.to_string()))?;
    let layout = json!({ "imageLayoutVersion": "1.0.0" });
    archive.file(&Entry::file("oci-layout", layout.to_string()))?;
    archive.finish()
}

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// The archive's content, each part by its digest.
struct Blobs(Archive);

impl Blobs {
    /// Adds the image of a platform, and returns its descriptor.
    fn image(&mut self, platform: Platform, program: &[u8], source: &Source) -> Result<Value> {
        let layer = layer(program, source)?;
        let config = config(platform, &sha256(&layer), source)?;
        let config = self.add_json(CONFIG, &config)?;
        let layer = self.add(LAYER, &gzip(&layer)?)?;
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config,
            "layers": [layer],
        });
        let mut manifest = self.add_json(MANIFEST, &manifest)?;
        manifest["platform"] = json!({ "os": "linux", "architecture": platform.architecture() });
        Ok(manifest)
    }

    fn add_json(&mut self, media_type: &str, value: &Value) -> Result<Value> {
        self.add(media_type, value.to_string().as_bytes())
    }

    /// Adds bytes, and returns their descriptor.
    fn add(&mut self, media_type: &str, bytes: &[u8]) -> Result<Value> {
        let digest = sha256(bytes);
        self.0
            .file(&Entry::file(format!("blobs/sha256/{digest}"), bytes))?;
        Ok(json!({
            "mediaType": media_type,
            "digest": format!("sha256:{digest}"),
            "size": bytes.len(),
        }))
    }
}

/// Returns the files of the image: the program, whom it trusts, and a folder for its data.
fn layer(program: &[u8], source: &Source) -> Result<Vec<u8>> {
    let mut layer = Archive::new(source.time);
    layer.folder(Path::new("data"), 0o700, Owner(NOBODY_ELSE))?;
    layer.folder(Path::new("etc/ssl/certs"), 0o755, ROOT)?;
    layer.file(&Entry::file(AUTHORITIES, authorities()))?;
    layer.file(&Entry::program("postern", program))?;
    layer.finish()
}

/// Writes the same files for an engine that builds `Containerfile`, into a folder of the platform's.
pub(crate) fn unpacked(platform: Platform, program: &[u8], folder: &Path) -> Result<()> {
    let stage = Stage::empty(&folder.join(platform.architecture()))?;
    stage.write(&Entry::file(AUTHORITIES, authorities()))?;
    stage.write(&Entry::program("postern", program))?;
    Ok(std::fs::create_dir(stage.folder().join("data"))?)
}

/// Returns the certificate authorities that Mozilla trusts, as PEM.
pub(crate) fn authorities() -> String {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .map(|certificate| {
            let text = STANDARD.encode(certificate);
            let lines: Vec<&str> = text
                .as_bytes()
                .chunks(64)
                // Base64 is ASCII.
                .filter_map(|line| std::str::from_utf8(line).ok())
                .collect();
            let lines = lines.join("\n");
            [
                "-----BEGIN CERTIFICATE-----",
                &lines,
                "-----END CERTIFICATE-----\n",
            ]
            .join("\n")
        })
        .collect::<Vec<_>>()
        .concat()
}

/// Returns how the image is run. `Healthcheck` is Docker's; the specification leaves room for it.
fn config(platform: Platform, layer: &str, source: &Source) -> Result<Value> {
    const NANOSECONDS: u64 = 1_000_000_000;
    let time = source.rfc_3339()?;
    Ok(json!({
        "created": time,
        "architecture": platform.architecture(),
        "os": "linux",
        "config": {
            "User": format!("{NOBODY_ELSE}:{NOBODY_ELSE}"),
            "ExposedPorts": { "8080/tcp": {} },
            "Env": ["DATA_DIR=/data", "POSTERN_LISTEN=0.0.0.0:8080"],
            "Entrypoint": ["/postern"],
            "Volumes": { "/data": {} },
            "WorkingDir": "/data",
            "StopSignal": "SIGTERM",
            "Labels": labels(source),
            "Healthcheck": {
                "Test": ["CMD", "/postern", "healthcheck"],
                "Interval": 30 * NANOSECONDS,
                "Timeout": 6 * NANOSECONDS,
                "StartPeriod": 10 * NANOSECONDS,
                "Retries": 3,
            },
        },
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{layer}")] },
        "history": [{ "created": time, "created_by": "cargo xtask dist" }],
    }))
}

/// Returns what the image says of itself, by the specification's names.
fn labels(source: &Source) -> Value {
    json!({
        "org.opencontainers.image.title": "Postern",
        "org.opencontainers.image.description": "Front door of self-hosted applications",
        "org.opencontainers.image.version": source.version,
        "org.opencontainers.image.revision": source.commit,
        "org.opencontainers.image.licenses": "MIT OR Apache-2.0",
    })
}
