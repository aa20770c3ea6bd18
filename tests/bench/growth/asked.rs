//! The server that is asked, and what becomes of the answers.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::machine::{Bench, worked};

/// For how many seconds one session is checked again and again.
pub(super) const SECONDS: u64 = 3;
/// The host that every request names.
pub(super) const HOST: &str = "Host: login.example.test";

/// What was measured, and the value.
pub(super) type Line = (String, String);

/// The server that is asked.
pub(super) struct Asked<'a> {
    pub(super) bench: &'a Bench,
    pub(super) address: String,
    pub(super) process: u32,
}

impl Asked<'_> {
    /// Asks once with each of these cookies. Returns the processor's time for each answer, in
    /// microseconds, and the median time until it was there.
    pub(super) async fn each(
        &self,
        path: &str,
        cookies: &[String],
        connections: u32,
    ) -> Result<(f64, u64)> {
        let file: PathBuf = self.bench.folder.path().join("cookies");
        std::fs::write(&file, cookies.join("\n"))?;
        let file = file.to_str().context("a path")?;
        let before = worked(self.process)?;
        let (_, median, _) = self
            .bench
            .each(&self.address, path, file, connections, &[HOST])
            .await?;
        let work = worked(self.process)? - before;
        #[expect(clippy::cast_precision_loss, reason = "some thousand")]
        let work = work.as_secs_f64() * 1e6 / cookies.len() as f64;
        Ok((work, median))
    }
}

pub(super) fn line(what: &str, value: String) -> Line {
    (what.to_owned(), value)
}

/// Returns a time as milliseconds.
pub(super) fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
