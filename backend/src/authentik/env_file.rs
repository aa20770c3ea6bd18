//! The env file: settings, one `NAME=value` a line, of which some are set and all others stay.
//!
//! Three programs read such files, each by rules of its own: systemd's `EnvironmentFile=`, `docker
//! --env-file`, which takes quotes for part of the value, and the shell. A value of plain
//! characters is written as it is, which all three read alike. Any other is put in single quotes:
//! the shell and systemd take them away, and Postern itself does so for Docker. What cannot be
//! written so is refused.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rand::Rng as _;

/// The most bytes of an env file.
const MAX_BYTES: u64 = 1024 * 1024;
/// Who may read it: its owner.
const MODE: u32 = 0o600;

/// An env file, as it is now.
#[derive(Debug)]
pub struct EnvFile {
    path: PathBuf,
    /// Its text; `None` if there is no file yet.
    text: Option<String>,
    /// May others than its owner read it?
    is_open: bool,
}

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// There is none.
    Missing,
    /// It has other settings, or others may read it.
    Different,
    /// It is as it should be.
    Same,
}

impl EnvFile {
    /// Reads it.
    ///
    /// # Errors
    /// It is none that may be written; a sentence about it.
    pub fn open(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let mut file = Self {
            path: path.to_owned(),
            text: None,
            is_open: false,
        };
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(file),
            Err(error) => return Err(format!("{shown} cannot be looked at: {error}")),
        };
        if metadata.is_symlink() {
            return Err(format!(
                "{shown} is a symbolic link, which would be replaced and not followed: name the \
                 file itself with --env-file"
            ));
        }
        if !metadata.is_file() {
            return Err(format!("{shown} is no file: name one with --env-file"));
        }
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(format!(
                "{shown} belongs to another user, who could not read it any more: run this as that \
                 user, or name another file with --env-file"
            ));
        }
        let cannot = |error: std::io::Error| format!("{shown} cannot be read: {error}");
        let mut text = String::new();
        let open = File::open(path).map_err(cannot)?;
        open.take(MAX_BYTES + 1)
            .read_to_string(&mut text)
            .map_err(cannot)?;
        if text.len() as u64 > MAX_BYTES {
            return Err(format!("{shown} is too large for an env file"));
        }
        file.text = Some(text);
        file.is_open = metadata.mode() & 0o077 != 0;
        Ok(file)
    }

    /// Returns where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what it sets a name to; `None` if it does not. Of several lines the last counts.
    #[must_use]
    pub fn value(&self, wanted: &str) -> Option<String> {
        let mut lines = self.text.as_deref().unwrap_or_default().lines().rev();
        let line = lines.find(|line| name(line) == wanted)?;
        let (_, value) = line.split_once('=')?;
        Some(value.trim().trim_matches(['"', '\'']).to_owned())
    }

    /// Compares it with the text that it should have.
    #[must_use]
    pub fn state(&self, wanted: &str) -> State {
        match &self.text {
            None => State::Missing,
            Some(text) if text == wanted && !self.is_open => State::Same,
            Some(_) => State::Different,
        }
    }

    /// Returns what to do while the text that it should have is not known yet.
    #[must_use]
    pub fn state_before_anything(&self) -> State {
        match self.text {
            None => State::Missing,
            Some(_) => State::Different,
        }
    }

    /// Returns its text with these settings; everything else stays.
    ///
    /// # Errors
    /// A value cannot be written; the sentence does not show it.
    pub fn with(&self, settings: &[(&str, &str)]) -> Result<String, String> {
        let mut written = vec![false; settings.len()];
        let mut lines = Vec::new();
        for line in self.text.as_deref().unwrap_or_default().lines() {
            let name = name(line);
            let twin = name.strip_suffix("_FILE").unwrap_or_default();
            if let Some(index) = settings.iter().position(|(known, _)| *known == name) {
                // Readers differ on which of two lines wins.
                if !written[index] {
                    written[index] = true;
                    let (name, value) = settings[index];
                    lines.push(assignment(name, value)?);
                }
            } else if settings.iter().any(|(known, _)| *known == twin) {
                // Postern refuses a setting that is set both ways.
                lines.push(format!("# {line}"));
            } else {
                lines.push(line.to_owned());
            }
        }
        for ((name, value), _) in settings.iter().zip(written).filter(|(_, done)| !done) {
            lines.push(assignment(name, value)?);
        }
        Ok(lines.join("\n") + "\n")
    }

    /// Checks that it can be written, with a temporary file next to it.
    ///
    /// # Errors
    /// A sentence about why not.
    pub fn probe(&self) -> Result<(), String> {
        let (path, _) = self.beside()?;
        fs::remove_file(path).map_err(|error| self.cannot(&error))
    }

    /// Writes it: whole or not at all, and readable by its owner alone.
    ///
    /// # Errors
    /// A sentence about why not.
    pub fn write(&self, text: &str) -> Result<(), String> {
        let (beside, mut file) = self.beside()?;
        let written = file
            .write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&beside, &self.path))
            .and_then(|()| File::open(self.folder())?.sync_all());
        written.map_err(|error| {
            // It may be renamed already.
            let _ = fs::remove_file(&beside);
            self.cannot(&error)
        })
    }

    /// Makes a new file in the same folder.
    fn beside(&self) -> Result<(PathBuf, File), String> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let number: u64 = rand::rng().random();
        let path = self.folder().join(format!(".{name}.{number:016x}"));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(MODE)
            .open(&path)
            .map_err(|error| self.cannot(&error))?;
        Ok((path, file))
    }

    /// Returns the folder that it is in.
    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// Says that it cannot be written.
    fn cannot(&self, error: &std::io::Error) -> String {
        format!(
            "{} cannot be written: {error}. Name another file with --env-file",
            self.path.display()
        )
    }
}

/// Returns the name that a line sets; empty if it sets none.
fn name(line: &str) -> &str {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    line.split_once('=').map_or("", |(name, _)| name.trim_end())
}

/// Writes a line that systemd, Docker and shells read alike.
fn assignment(name: &str, value: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        return Ok(format!("{name}={value}"));
    }
    let is_bad = |c: char| c.is_control() || matches!(c, '\'' | '\\');
    let is_bare = value.trim() == value && !value.starts_with('"') && !value.ends_with('"');
    if value.is_empty() || value.contains(is_bad) || !is_bare {
        return Err(format!(
            "{name} has a value that cannot be written so that every reader of env files reads it \
             alike: choose one of letters and digits at Authentik"
        ));
    }
    Ok(format!("{name}='{value}'"))
}
