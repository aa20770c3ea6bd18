//! The package for Debian and Ubuntu, made by `dpkg-deb`.

use super::contents::{Contents, ENVIRONMENT};
use super::platform::Platform;
use super::source::Source;
use super::stage::Stage;
use super::tar::Entry;
use crate::command::Command;
use anyhow::Result;
use std::path::Path;

/// The scripts that dpkg runs, in `deploy/debian`.
const SCRIPTS: [&str; 3] = ["postinst", "prerm", "postrm"];

/// Writes the package into `out`.
pub(crate) fn write(
    platform: Platform,
    program: &[u8],
    contents: &Contents,
    source: &Source,
    stage: &Path,
    out: &Path,
) -> Result<()> {
    let entries = contents.packaged(program, "zsh/vendor-completions")?;
    let stage = Stage::empty(stage)?;
    let size: usize = entries.iter().map(|entry| entry.bytes.len()).sum();
    for entry in &entries {
        stage.write(entry)?;
    }
    stage.write(&Entry::file(
        "usr/share/doc/postern/copyright",
        super::contents::read("deploy/debian/copyright")?,
    ))?;
    stage.write(&Entry::file(
        "DEBIAN/control",
        control(platform, source, size),
    ))?;
    stage.write(&Entry::file(
        "DEBIAN/conffiles",
        format!("/{ENVIRONMENT}\n"),
    ))?;
    for script in SCRIPTS {
        let bytes = super::contents::read(format!("deploy/debian/{script}"))?;
        stage.write(&Entry::program(format!("DEBIAN/{script}"), bytes))?;
    }
    let (version, architecture) = (source.version, platform.architecture());
    let file = out.join(format!("postern_{version}_{architecture}.deb"));
    Command::new("dpkg-deb")
        .args(["--root-owner-group", "--build"])
        .args([stage.folder(), &file])
        .env("SOURCE_DATE_EPOCH", source.time.to_string())
        .read("writing the Debian package")?;
    Ok(())
}

fn control(platform: Platform, source: &Source, size: usize) -> String {
    format!(
        "Package: postern\n\
         Version: {version}\n\
         Architecture: {architecture}\n\
         Section: web\n\
         Priority: optional\n\
         Maintainer: {MAINTAINER}\n\
         Installed-Size: {kib}\n\
         Depends: init-system-helpers, systemd | systemd-standalone-sysusers\n\
         Recommends: ca-certificates\n\
         Description: front door of self-hosted applications\n\
         \x20Postern logs people in, with a password or through an OpenID Provider such as\n\
         \x20Authentik, and tells the application behind it who they are.\n",
        version = source.version,
        architecture = platform.architecture(),
        kib = size.div_ceil(1024),
    )
}

/// Whom the packages name.
pub(crate) const MAINTAINER: &str = "The Postern project <postern@localhost>";
