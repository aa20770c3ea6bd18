//! A PostgreSQL of the test's own, and a standby that has every commit before it is acknowledged.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use tests::places::{free_port, require};
use tests::poll;
use tests::process::Process;

/// PostgreSQL refuses to run as root.
const ACCOUNT: &str = "postgres";

/// One server.
pub(super) struct Node {
    port: u16,
    process: Process,
}

impl Node {
    /// Returns its address.
    pub(super) fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    fn url(&self) -> String {
        format!("postgres://postern@{}/postgres", self.address())
    }

    async fn run(&self, statement: &str) -> Result<()> {
        let mut connection = PgConnection::connect(&self.url()).await?;
        connection.execute(statement).await?;
        connection.close().await?;
        Ok(())
    }

    /// Kills it.
    pub(super) fn kill(self) {
        drop(self.process);
    }

    /// Makes a standby take writes.
    pub(super) async fn promote(&self) -> Result<()> {
        self.run("select pg_promote()").await
    }
}

/// Both servers, and their folder.
pub(super) struct Pair {
    pub(super) primary: Node,
    pub(super) standby: Node,
    _folder: TempDir,
}

impl Pair {
    /// Starts the primary, copies it to the standby, and makes every commit wait for that.
    pub(super) async fn start() -> Result<Self> {
        let folder = TempDir::new_in(std::env::temp_dir())?;
        give_to_postgres(folder.path())?;
        let (first, second) = (folder.path().join("primary"), folder.path().join("standby"));
        let mut init = program("initdb", folder.path())?;
        init.args([
            "--username=postern",
            "--auth=trust",
            "--no-locale",
            "--encoding=UTF8",
        ])
        .args(["--no-sync", "--pgdata"])
        .arg(&first);
        done(init)?;
        let primary = node("primary", &first, folder.path()).await?;
        let mut copy = program("pg_basebackup", folder.path())?;
        copy.args([
            "--host=127.0.0.1",
            "--username=postern",
            "--write-recovery-conf",
        ])
        .args([
            "--checkpoint=fast",
            "--no-sync",
            "--port",
            &primary.port.to_string(),
            "--pgdata",
        ])
        .arg(&second);
        done(copy)?;
        let standby = node("standby", &second, folder.path()).await?;
        primary
            .run("alter system set synchronous_standby_names = '*'")
            .await?;
        primary.run("select pg_reload_conf()").await?;
        let url = primary.url();
        poll::until("the standby", poll::PATIENCE, async || {
            let mut connection = PgConnection::connect(&url).await?;
            let synchronous: i64 = sqlx::query_scalar(
                "select count(*) from pg_stat_replication where sync_state = 'sync'",
            )
            .fetch_one(&mut connection)
            .await?;
            Ok((synchronous == 1).then_some(()))
        })
        .await?;
        Ok(Self {
            primary,
            standby,
            _folder: folder,
        })
    }
}

async fn node(name: &str, cluster: &Path, folder: &Path) -> Result<Node> {
    let port = free_port()?;
    let mut command = program("postgres", folder)?;
    command
        .arg("-D")
        .arg(cluster)
        .args(["-p", &port.to_string()])
        .args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "fsync=off",
        ]);
    let process = Process::start(name, command)?;
    let mut node = Node { port, process };
    let url = node.url();
    let is_ready = async || PgConnection::connect(&url).await.is_ok();
    node.process.until_ready(is_ready).await?;
    Ok(node)
}

/// Returns a program of PostgreSQL's, run as its account.
fn program(name: &str, folder: &Path) -> Result<Command> {
    let path = programs()?.join(name);
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command
            .args([
                "--reuid",
                ACCOUNT,
                "--regid",
                ACCOUNT,
                "--init-groups",
                "--",
            ])
            .arg(path);
        command
    } else {
        Command::new(path)
    };
    // Our own folder may be closed to that account.
    command.current_dir(folder);
    Ok(command)
}

/// Returns the folder of the newest version's programs.
fn programs() -> Result<PathBuf> {
    let root = require("/usr/lib/postgresql".into(), "cargo xtask test")?;
    let versions = fs::read_dir(root)?.flatten().filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((version, entry.path().join("bin")))
    });
    let newest = versions.max_by_key(|(version, _)| *version);
    Ok(newest.context("PostgreSQL")?.1)
}

fn give_to_postgres(folder: &Path) -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let mut command = Command::new("chown");
    command.arg(ACCOUNT).arg(folder);
    done(command)
}

fn done(mut command: Command) -> Result<()> {
    let output = command.output()?;
    ensure!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
