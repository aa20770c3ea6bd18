//! What is in the packages besides the program itself.

use super::source::Source;
use super::tar::{Entry, gzip};
use crate::command::Command;
use crate::place;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};

/// The papers of a release: each is in every package, at the place that this has for it.
pub(crate) struct Contents {
    /// Manual pages by their file names, `postern.1` and one for each command.
    pub(crate) manual: Vec<(String, Vec<u8>)>,
    /// Completions by the shell's name and the file that it looks for.
    pub(crate) completions: Vec<(&'static str, &'static str, Vec<u8>)>,
    /// The settings that a package begins with: all of them comments.
    pub(crate) environment: Vec<u8>,
    /// The files for systemd: unit, socket and user.
    pub(crate) systemd: Vec<(&'static str, Vec<u8>)>,
    /// What people read: changes and licenses.
    pub(crate) papers: Vec<(&'static str, Vec<u8>)>,
}

/// The shells with a completion, and the file of each.
const SHELLS: [(&str, &str); 3] = [
    ("bash", "postern"),
    ("zsh", "_postern"),
    ("fish", "postern.fish"),
];

impl Contents {
    /// Reads the files of the repository, and has a program that runs here write its manual and its
    /// completions into `folder`.
    pub(crate) fn collect(program: &Path, folder: &Path) -> Result<Self> {
        let man = folder.join("man");
        std::fs::create_dir_all(&man)?;
        Command::new(program)
            .args(["man"])
            .args([&man])
            .without_postern_settings()
            .read("writing the manual")?;
        let mut manual = std::fs::read_dir(&man)?
            .map(|entry| {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                Ok((name, std::fs::read(entry.path())?))
            })
            .collect::<Result<Vec<_>>>()?;
        manual.sort();
        let completions = SHELLS
            .into_iter()
            .map(|(shell, file)| {
                let text = Command::new(program)
                    .args(["completions", shell])
                    .without_postern_settings()
                    .read("writing completions")?;
                Ok((shell, file, text.into_bytes()))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            manual,
            completions,
            environment: read("deploy/postern.env")?,
            systemd: all(
                &["postern.service", "postern.socket", "postern.sysusers"],
                "deploy/systemd",
            )?,
            papers: all(&["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"], "")?,
        })
    }

    /// Returns the files of an archive for those who install by hand, below a folder of its own.
    pub(crate) fn by_hand(&self, program: &[u8], source: &Source) -> Vec<Entry> {
        let top = PathBuf::from(format!("postern-{}", source.version));
        let mut entries = vec![Entry::program(top.join("postern"), program)];
        let mut add = |path: PathBuf, bytes: &[u8]| entries.push(Entry::file(path, bytes));
        for (name, bytes) in &self.papers {
            add(top.join(name), bytes);
        }
        for (_, name, bytes) in &self.completions {
            add(top.join("completions").join(name), bytes);
        }
        for (name, bytes) in &self.manual {
            add(top.join("man").join(name), bytes);
        }
        add(top.join("postern.env"), &self.environment);
        for (name, bytes) in &self.systemd {
            add(top.join("systemd").join(name), bytes);
        }
        entries
    }

    /// Returns the files of a package for a distribution, whose zsh looks into `zsh`.
    pub(crate) fn packaged(&self, program: &[u8], zsh: &str) -> Result<Vec<Entry>> {
        let mut entries = vec![
            Entry {
                mode: 0o600,
                ..Entry::file(ENVIRONMENT, self.environment.clone())
            },
            Entry::program("usr/bin/postern", program),
        ];
        for (name, bytes) in &self.systemd {
            let path = match name.strip_suffix(".sysusers") {
                Some(name) => format!("usr/lib/sysusers.d/{name}.conf"),
                None => format!("usr/lib/systemd/system/{name}"),
            };
            entries.push(Entry::file(path, bytes.clone()));
        }
        for (shell, name, bytes) in &self.completions {
            let folder = match *shell {
                "bash" => "bash-completion/completions",
                "zsh" => zsh,
                _ => "fish/vendor_completions.d",
            };
            entries.push(Entry::file(
                format!("usr/share/{folder}/{name}"),
                bytes.clone(),
            ));
        }
        for (name, bytes) in &self.manual {
            entries.push(Entry::file(
                format!("usr/share/man/man1/{name}.gz"),
                gzip(bytes)?,
            ));
        }
        for (name, bytes) in &self.papers {
            entries.push(Entry::file(
                format!("usr/share/doc/postern/{name}"),
                bytes.clone(),
            ));
        }
        Ok(entries)
    }
}

/// Where a package has the settings, which root alone reads.
pub(crate) const ENVIRONMENT: &str = "etc/postern/postern.env";

/// Reads a file of the repository.
pub(crate) fn read(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    let path = place::root().join(path);
    std::fs::read(&path).with_context(|| format!("{} cannot be read", place::shown(&path)))
}

fn all(names: &[&'static str], folder: &str) -> Result<Vec<(&'static str, Vec<u8>)>> {
    names
        .iter()
        .map(|name| Ok((*name, read(Path::new(folder).join(name))?)))
        .collect::<Result<_>>()
}
