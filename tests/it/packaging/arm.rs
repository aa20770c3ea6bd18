//! The program for Arm, run by an emulator.

use std::os::unix::fs::PermissionsExt as _;

use anyhow::{Result, ensure};
use serde_json::json;
use tempfile::TempDir;
use tests::database::{Database, DatabaseKind};
use tests::http_browser::HttpBrowser;
use tests::places::program;
use tests::server::Server;
use tests::site::PASSWORD;

#[tokio::test]
#[ignore = "needs the program for Arm and an emulator; cargo xtask test runs it"]
async fn arm_server_is_set_up_and_logs_its_admin_in() -> Result<()> {
    let arm = program(
        "POSTERN_ARM_BIN",
        "target/aarch64-unknown-linux-musl/dist/postern",
        "cargo xtask dist",
    )?;
    let folder = TempDir::new()?;
    let emulated = folder.path().join("postern");
    let script = format!(
        "#!/bin/sh\nexec qemu-aarch64-static {} \"$@\"\n",
        arm.display()
    );
    std::fs::write(&emulated, script)?;
    std::fs::set_permissions(&emulated, std::fs::Permissions::from_mode(0o755))?;
    let mut server = Server::prepare(Database::create(DatabaseKind::Sqlite).await?)?;
    server.use_program(emulated);
    server.set("PATH", "/usr/bin:/bin");
    server.start().await?;

    let browser = HttpBrowser::new(server.origin(), server.origin(), "http://no-op.invalid");
    let admin = json!({
        "token": server.setup_token()?, "username": "admin", "password": PASSWORD,
    });
    let made = browser.post_json(shared::routes::API_SETUP, &admin).await;
    ensure!(made.status == 200 || made.status == 201, "{}", made.body);

    let again = HttpBrowser::new(server.origin(), server.origin(), "http://no-op.invalid");
    let login = again.log_in("admin", PASSWORD).await;
    ensure!(login.status == 200, "{}", login.body);
    server.stop().await
}
