//! A server under Callgrind, which counts the instructions of a process.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use tests::server::Server;

/// Debian's path.
const VALGRIND: &str = "/usr/bin/valgrind";
/// What speaks to a program that runs under it.
const VGDB: &str = "/usr/bin/vgdb";

/// Where the counts of one server are written.
pub(super) struct Counter(TempDir);

impl Counter {
    /// Has the next start of the server be one under Callgrind. Until [`Counter::begin`] it counts
    /// nothing, and is quicker.
    pub(super) fn around(server: &mut Server) -> Result<Self> {
        ensure!(
            Path::new(VALGRIND).exists(),
            "Valgrind is not there: `cargo xtask test` installs it"
        );
        let folder = TempDir::new()?;
        let out = folder.path().join("counts");
        server.first(format!(
            "exec {VALGRIND} -q --tool=callgrind --instr-atstart=no --vgdb-prefix={} \
             --callgrind-out-file={} \"$0\" \"$@\"",
            folder.path().join("vgdb").display(),
            out.display()
        ));
        // Threads that wait for each other in another order would cost something else.
        server.set("TOKIO_WORKER_THREADS", "1");
        server.set("POSTERN_LOG", "warn");
        Ok(Self(folder))
    }

    /// Begins to count.
    pub(super) fn begin(&self, server: &Server) -> Result<()> {
        self.say(server, &["instrumentation", "on"])
    }

    /// Forgets what was counted.
    pub(super) fn forget(&self, server: &Server) -> Result<()> {
        self.say(server, &["zero"])
    }

    /// Returns how many instructions there were since it forgot the last ones.
    pub(super) fn count(&self, server: &Server) -> Result<u64> {
        self.say(server, &["dump"])?;
        let written = self.written()?;
        let text = std::fs::read_to_string(&written)?;
        std::fs::remove_file(&written)?;
        let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
        let total = total.and_then(|total| total.split_whitespace().next());
        Ok(total.context("a dump has no total")?.parse()?)
    }

    /// Returns the file of the dump.
    fn written(&self) -> Result<PathBuf> {
        for file in std::fs::read_dir(self.0.path())? {
            let file = file?;
            if file.file_name().to_string_lossy().starts_with("counts.") {
                return Ok(file.path());
            }
        }
        anyhow::bail!("there is no dump")
    }

    fn say(&self, server: &Server, words: &[&str]) -> Result<()> {
        let prefix = self.0.path().join("vgdb");
        let said = Command::new(VGDB)
            .arg(format!("--vgdb-prefix={}", prefix.display()))
            .arg(format!("--pid={}", server.id()?))
            .args(words)
            .output()
            .context(VGDB)?;
        let error = String::from_utf8_lossy(&said.stderr);
        ensure!(said.status.success(), "vgdb {words:?}: {error}");
        Ok(())
    }
}
