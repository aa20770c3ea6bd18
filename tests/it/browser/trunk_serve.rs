//! A login through `trunk serve`, as a developer of the page has it: Trunk's origin in the
//! browser, `/api` handed on to the server with cookies and redirects.

use std::env::{join_paths, split_paths, var_os};
use std::fs::{create_dir_all, read_to_string, write};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use shared::routes;
use tempfile::TempDir;
use tests::browser::Browser;
use tests::database::{Database, DatabaseKind::Sqlite};
use tests::op::{Op, OpKind::Demo};
use tests::places::{free_port, require, tools, workspace};
use tests::process::Process;
use tests::registration::Registration;
use tests::server::Server;
use tests::stage::Stage;
use tests::web::answers;

/// How long Trunk may take to compile the page, where nothing of it is there yet.
const COMPILING: Duration = Duration::from_mins(8);

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn trunk_serve_lets_people_log_in() -> Result<()> {
    // Inside of the workspace: Trunk has cargo work where its file is, and cargo looks for its own
    // settings there and above. With others it would compile every crate again.
    let target = workspace().join("target");
    create_dir_all(&target)?;
    let folder = TempDir::new_in(target.canonicalize()?)?;
    let mut server = Server::prepare(Database::create(Sqlite).await?)?;
    let port = free_port()?;
    let _trunk = start_trunk(folder.path(), port, server.origin()).await?;
    let origin = format!("http://127.0.0.1:{port}");
    let redirect_uri = format!("{origin}{}", routes::API_OAUTH_OPENID);
    let op = Op::start(Demo, Registration::new(redirect_uri)?).await?;
    server.use_op(&op);
    server.start().await?;
    let stage = Stage {
        server,
        op,
        browser: Browser::start().await?,
        origin,
    };

    let outcome = log_in_and_out(&stage).await;

    stage.finish(outcome).await
}

async fn log_in_and_out(stage: &Stage) -> Result<()> {
    stage.set_up_admin().await?;
    stage.log_out().await?;
    stage.log_in_at_op(&stage.op.newcomer()).await?;
    stage.wait_for_home_of(stage.op.newcomer().name).await?;
    stage.visit(routes::PROFILE).await?;
    stage.browser.wait_for("[data-identity]").await?;
    stage.log_out().await
}

/// Runs `trunk serve` as `Trunk.toml` says, but for the ports and the output folder.
async fn start_trunk(folder: &Path, port: u16, backend: &str) -> Result<Process> {
    let bin = tools().join("bin");
    let mut command = Command::new(require(bin.join("trunk"), "cargo xtask test")?);
    let path = var_os("PATH").unwrap_or_default();
    command.env(
        "PATH",
        join_paths([bin].into_iter().chain(split_paths(&path)))?,
    );
    command.args([
        "--config",
        &config(folder, backend)?,
        "--skip-version-check",
        "serve",
    ]);
    command.args(["--port", &port.to_string(), "--no-autoreload", "true"]);
    command.current_dir(workspace());
    let mut trunk = Process::start("trunk serve", command)?;
    let page = format!("http://127.0.0.1:{port}/boot.js");
    trunk
        .until_ready_within(COMPILING, async || answers(&page).await)
        .await?;
    Ok(trunk)
}

/// Writes a copy of `Trunk.toml` for this test, and returns its path.
fn config(folder: &Path, backend: &str) -> Result<String> {
    let root = workspace().canonicalize()?;
    let mut text = read_to_string(root.join("Trunk.toml"))?;
    // Paths are relative to the file, which is elsewhere now.
    let replacements = [
        ("\"frontend", format!("\"{}/frontend", root.display())),
        ("\"shared", format!("\"{}/shared", root.display())),
        ("\"target/trunk\"", format!("\"{}/dist\"", folder.display())),
        ("http://127.0.0.1:8080/", format!("{backend}/")),
    ];
    for (from, to) in replacements {
        ensure!(
            text.contains(from),
            "Trunk.toml does not have {from} in it any more"
        );
        text = text.replace(from, &to);
    }
    let path = folder.join("Trunk.toml");
    write(&path, text)?;
    Ok(path.display().to_string())
}
