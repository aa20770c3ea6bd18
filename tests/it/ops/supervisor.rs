//! The server under a service manager or in a container.

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use tests::database::{Database, DatabaseKind};
use tests::places::{free_port, workspace};
use tests::process::Process;
use tests::server::Server;
use tests::web::answers;

/// The socket of a service manager.
struct Manager {
    folder: TempDir,
    socket: UnixDatagram,
}

impl Manager {
    fn new() -> Result<Self> {
        let folder = TempDir::new()?;
        let socket = UnixDatagram::bind(folder.path().join("notify"))?;
        socket.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { folder, socket })
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("notify")
    }

    /// Returns the next message that is no sign of life, or fails after half a minute.
    fn told(&self) -> Result<String> {
        loop {
            let message = self.message()?;
            if message != "WATCHDOG=1" {
                return Ok(message);
            }
        }
    }

    fn message(&self) -> Result<String> {
        let mut bytes = [0; 512];
        let length = self.socket.recv(&mut bytes).context("nothing was told")?;
        Ok(String::from_utf8(bytes[..length].to_vec())?
            .trim_end()
            .to_owned())
    }
}

async fn server() -> Result<Server> {
    Server::prepare(Database::create(DatabaseKind::Sqlite).await?)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn service_manager_hears_of_start_life_reload_and_end() -> Result<()> {
    let manager = Manager::new()?;
    let mut server = server().await?;
    server.set("NOTIFY_SOCKET", manager.path().display().to_string());
    server.set("WATCHDOG_USEC", "200000");
    server.start().await?;

    ensure!(manager.told()? == "READY=1");
    for _ in 0..3 {
        let message = manager.message()?;
        ensure!(message == "WATCHDOG=1", "{message}");
    }
    server.reload()?;
    let reloading = manager.told()?;
    ensure!(
        reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="),
        "{reloading}"
    );
    ensure!(manager.told()? == "READY=1");
    server.stop().await?;
    ensure!(manager.told()? == "STOPPING=1");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the built server and systemd's programs; cargo xtask test runs it"]
async fn socket_that_the_service_manager_opened_is_served() -> Result<()> {
    let server = server().await?;
    let address = format!("127.0.0.1:{}", free_port()?);
    let postern = server.other(&[]);
    let mut command = Command::new("systemd-socket-activate");
    command.args(["--listen", &address, "env", "--"]);
    for (name, value) in postern.get_envs() {
        let value = value.context("a value")?.to_string_lossy();
        command.arg(format!("{}={value}", name.to_string_lossy()));
    }
    command.arg(postern.get_program());
    let mut process = Process::start("systemd-socket-activate", command)?;

    let url = format!("http://{address}/healthz");
    process.until_ready(async || answers(&url).await).await?;

    let log = process.log();
    ensure!(
        log.contains(&format!("listening address={address}")),
        "{log}"
    );
    ensure!(!answers(&format!("{}/healthz", server.origin())).await);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn healthcheck_tells_whether_the_server_answers() -> Result<()> {
    let mut server = server().await?;
    let before = server.run(&["healthcheck"])?;
    ensure!(before.status.code() == Some(1), "{before:?}");

    server.start().await?;
    let running = server.run(&["healthcheck"])?;
    ensure!(running.status.success(), "{running:?}");

    server.stop().await?;
    let after = server.run(&["healthcheck"])?;
    ensure!(after.status.code() == Some(1), "{after:?}");
    server.set("OIDC_ENABLED", "perhaps");
    ensure!(server.run(&["healthcheck"])?.status.code() == Some(2));
    Ok(())
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn manual_pages_and_completions_name_the_commands() -> Result<()> {
    let server = server().await?;
    let folder = TempDir::new()?;
    let written = server.run(&["man", &folder.path().display().to_string()])?;
    ensure!(written.status.success(), "{written:?}");
    let page = std::fs::read_to_string(folder.path().join("postern.1"))?;
    ensure!(
        page.contains("login\\-link") && page.contains("OIDC_ENABLED"),
        "{page}"
    );
    ensure!(folder.path().join("postern-user-add.1").exists());
    for shell in ["bash", "zsh", "fish"] {
        let printed = server.run(&["completions", shell])?;
        let script = String::from_utf8(printed.stdout)?;
        ensure!(script.contains("login-link"), "{shell}: {script}");
    }
    Ok(())
}

#[test]
#[ignore = "needs systemd's programs; cargo xtask test runs it"]
fn unit_leaves_the_server_little_to_attack() -> Result<()> {
    let unit = workspace().join("deploy/systemd/postern.service");
    // In tenths.
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--threshold=15"])
        .arg(unit)
        .output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    Ok(())
}
