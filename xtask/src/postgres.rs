//! A PostgreSQL server for the tests, in its own folder, on a free port.

use crate::command::Command;
use crate::service::{self, Service};
use crate::{net, place};
use anyhow::{Context as _, Result};
use rustix::process::Signal;
use std::fs;
use std::path::{Path, PathBuf};

/// The account that Debian's package creates. PostgreSQL refuses to run as root.
const ACCOUNT: &str = "postgres";

/// A running server; dropping it ends it and removes its folder.
pub(crate) struct Postgres {
    /// The server.
    service: Option<Service>,
    /// Its folder.
    folder: PathBuf,
    /// Its address for tests.
    pub(crate) url: String,
}

/// Returns the folder of PostgreSQL's programs: the newest of Debian's, or one on the `PATH`.
pub(crate) fn programs() -> Option<PathBuf> {
    let installed = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let path = std::env::var_os("PATH").unwrap_or_default();
    installed
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        // Those on the PATH come after all of Debian's.
        .chain(std::env::split_paths(&path).map(|folder| (0, folder)))
        .filter(|(_, folder)| folder.join("initdb").is_file() && folder.join("postgres").is_file())
        .max_by_key(|(version, _)| *version)
        .map(|(_, folder)| folder)
}

impl Postgres {
    /// Creates an empty cluster and starts it.
    pub(crate) fn start() -> Result<Self> {
        let programs = programs().context("PostgreSQL is not installed")?;
        let folder = std::env::temp_dir().join(format!("postern-postgres-{}", std::process::id()));
        let port = net::free_port()?;
        let url = format!("postgres://postern@127.0.0.1:{port}/postgres");
        // From now on the folder is removed after any failure.
        let mut postgres = Self {
            service: None,
            folder,
            url,
        };
        make_folder(&postgres.folder)?;
        let cluster = postgres.folder.join("cluster");
        unprivileged(&programs.join("initdb"), &postgres.folder)
            .args([
                "--username=postern",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
            ])
            .args(["--no-sync", "--pgdata"])
            .args([&cluster])
            .read("making a PostgreSQL cluster")?;
        let server = unprivileged(&programs.join("postgres"), &postgres.folder)
            .args(["-D".as_ref(), cluster.as_os_str()])
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args([
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=300",
            ])
            // None of its data outlives the tests.
            .args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
        let log = place::target().join("xtask/postgres.log");
        let service = Service::start("PostgreSQL", server, Some(log))?;
        // SIGINT is its fast shutdown: SIGTERM would wait for clients.
        let service = postgres.service.insert(service.ended_by(Signal::INT));
        let is_ready = programs.join("pg_isready");
        service.wait_until(|| {
            Command::new(&is_ready)
                .args(["--quiet", "--host=127.0.0.1", "--port", &port.to_string()])
                .succeeds()
        })?;
        Ok(postgres)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The server goes before its folder.
        self.service = None;
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Creates the folder, owned by the account that the server will run as.
fn make_folder(folder: &Path) -> Result<()> {
    let made = || format!("{} cannot be made", folder.display());
    fs::create_dir(folder).with_context(made)?;
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let id = |which: &str| -> Result<u32> {
        let number = Command::new("id")
            .args([which, ACCOUNT])
            .read("looking up the account that PostgreSQL runs as")?;
        Ok(number.trim().parse()?)
    };
    std::os::unix::fs::chown(folder, Some(id("-u")?), Some(id("-g")?)).with_context(made)
}

/// A program run as the account when we are root, else as ourselves.
fn unprivileged(program: &Path, folder: &Path) -> Command {
    let command = match (rustix::process::geteuid().is_root(), service::has_setpriv()) {
        (false, _) => service::dies_with_xtask(program),
        // The account is changed first, because changing it would undo the other option.
        (true, true) => Command::new("setpriv")
            .args(["--reuid", ACCOUNT, "--regid", ACCOUNT, "--init-groups"])
            .args(["--pdeathsig", "INT", "--"])
            .args([program]),
        (true, false) => Command::new("runuser")
            .args(["-u", ACCOUNT, "--"])
            .args([program]),
    };
    // Our own folder may be closed to that account.
    command.dir(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[ignore = "needs PostgreSQL; cargo xtask test runs it"]
    fn the_server_answers_and_leaves_nothing_behind() {
        let postgres = Postgres::start().unwrap();
        let folder = postgres.folder.clone();
        let answer = Command::new(programs().unwrap().join("psql"))
            .args([&postgres.url, "--tuples-only", "--command", "select 6 * 7"])
            .read("asking PostgreSQL")
            .unwrap();

        drop(postgres);

        assert_eq!(answer.trim(), "42");
        assert!(!folder.exists());
    }
}
