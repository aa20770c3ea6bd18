//! Which source a release is made of: what the files say of themselves, and the only time in them.

use crate::command::Command;
use anyhow::{Context as _, Result};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The variable by which the server learns its commit, for `postern --version`.
pub(crate) const COMMIT: &str = "POSTERN_COMMIT";

/// The source of a release.
pub(crate) struct Source {
    /// The version of `Cargo.toml`.
    pub(crate) version: &'static str,
    /// The first 12 digits of the commit, with `+changes` if files differ from it; empty outside of
    /// git.
    pub(crate) commit: String,
    /// When the commit was made, in seconds of Unix: the time of all files.
    pub(crate) time: u64,
}

impl Source {
    /// Reads it from git. Without git, as in an unpacked archive of the source, no commit is known,
    /// and the time is `SOURCE_DATE_EPOCH`, or 1980, the earliest that all formats can write.
    pub(crate) fn read() -> Result<Self> {
        const EPOCH: u64 = 315_532_800;
        let version = env!("CARGO_PKG_VERSION");
        let git = |arguments: &[&str]| Command::new("git").args(arguments).read("asking git");
        let given =
            std::env::var_os("SOURCE_DATE_EPOCH").map(|time| time.to_string_lossy().into_owned());
        let Ok(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else {
            let time = given.map_or(Ok(EPOCH), |time| number(&time))?;
            return Ok(Self {
                version,
                commit: String::new(),
                time,
            });
        };
        let changed = !git(&["status", "--porcelain", "--untracked-files=no"])?
            .trim()
            .is_empty();
        let time = match given {
            Some(time) => time,
            None => git(&["log", "-1", "--format=%ct"])?,
        };
        Ok(Self {
            version,
            commit: format!("{}{}", commit.trim(), if changed { "+changes" } else { "" }),
            time: number(&time)?,
        })
    }

    /// Returns its time as RFC 3339 writes it.
    pub(crate) fn rfc_3339(&self) -> Result<String> {
        let time = OffsetDateTime::from_unix_timestamp(i64::try_from(self.time)?)?;
        Ok(time.format(&Rfc3339)?)
    }
}

fn number(time: &str) -> Result<u64> {
    let time = time.trim();
    time.parse()
        .with_context(|| format!("{time:?} is no time in seconds"))
}
