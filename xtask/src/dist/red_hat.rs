//! The package for Fedora, RHEL and openSUSE, made by `rpmbuild`.

use super::contents::{Contents, ENVIRONMENT, read};
use super::platform::Platform;
use super::source::Source;
use super::stage::Stage;
use super::tar::Entry;
use crate::command::Command;
use anyhow::Result;
use std::path::Path;

/// Writes the package into `out`.
pub(crate) fn write(
    platform: Platform,
    program: &[u8],
    contents: &Contents,
    source: &Source,
    work: &Path,
    out: &Path,
) -> Result<()> {
    let entries = contents.packaged(program, "zsh/site-functions")?;
    let root = Stage::empty(&work.join("root"))?;
    for entry in &entries {
        root.write(entry)?;
    }
    let spec = Stage::empty(&work.join("spec"))?;
    let text = String::from_utf8(read("deploy/red-hat/postern.spec")?)?;
    let text = format!("{text}\n%files\n{}\n", files(&entries));
    spec.write(&Entry::file("postern.spec", text))?;
    let machine = platform.machine();
    let defines = [
        format!("_topdir {}", work.join("build").display()),
        format!("_rpmdir {}", out.display()),
        format!("staged {}", root.folder().display()),
        format!("version_of_postern {}", source.version),
        "_build_name_fmt %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm".to_owned(),
        // Nothing of this machine and of this minute.
        "_buildhost localhost".to_owned(),
        "use_source_date_epoch_as_buildtime 1".to_owned(),
        "clamp_mtime_to_source_date_epoch 1".to_owned(),
        // The program is stripped already, perhaps for another processor.
        "__os_install_post %{nil}".to_owned(),
        "debug_package %{nil}".to_owned(),
        "_build_id_links none".to_owned(),
    ];
    Command::new("rpmbuild")
        .args(["-bb", "--quiet", "--target", &format!("{machine}-linux")])
        .args(defines.iter().flat_map(|define| ["--define", define]))
        .args([spec.folder().join("postern.spec")])
        .env("SOURCE_DATE_EPOCH", source.time.to_string())
        .read("writing the RPM package")?;
    Ok(())
}

/// Returns the list of the files, as the section `%files` wants it.
fn files(entries: &[Entry]) -> String {
    entries
        .iter()
        .map(|entry| {
            let (path, mode) = (entry.path.display(), entry.mode);
            let kind = if entry.path == Path::new(ENVIRONMENT) {
                "%config(noreplace) "
            } else {
                ""
            };
            format!("{kind}%attr({mode:04o}, root, root) /{path}")
        })
        .collect::<Vec<_>>()
        .join("\n")
}
