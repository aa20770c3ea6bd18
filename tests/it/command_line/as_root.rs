//! Commands that root types in the folder of the server's user.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use tests::database::Database;
use tests::server::Server;
use tests::site::PASSWORD;

/// The user and group `nobody` on most systems; nothing here needs a name.
const SERVICE: u32 = 65_534;

/// Returns a server whose data folder belongs to somebody else than root.
fn server() -> Result<Server> {
    let server = Server::prepare(Database::Sqlite)?;
    chown(server.data(), Some(SERVICE), Some(SERVICE))
        .map_err(|error| anyhow::anyhow!("this test must run as root: {error}"))?;
    Ok(server)
}

/// Types a command as root; returns whether it worked, and what it said.
fn type_in(server: &Server, words: &[&str]) -> Result<(bool, String)> {
    let output = server.feed(words, PASSWORD)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((output.status.success(), said))
}

/// Asserts that all files in a folder are the service user's.
fn all_are_the_service_users(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let found = fs::symlink_metadata(&path)?;
        ensure!(
            (found.uid(), found.gid()) == (SERVICE, SERVICE),
            "{}",
            path.display()
        );
    }
    Ok(())
}

#[test]
#[ignore = "needs the built server and root; cargo xtask test runs it"]
fn root_leaves_nothing_that_the_server_cannot_read() -> Result<()> {
    let server = server()?;

    for words in [
        &["user", "add", "root", "--role", "admin", "--password-stdin"][..],
        &["user", "list"],
        &["doctor"],
    ] {
        let (is_done, said) = type_in(&server, words)?;
        ensure!(is_done || words == ["doctor"], "{words:?}: {said}");
        all_are_the_service_users(server.data())?;
    }
    ensure!(server.data().join("secret.key").exists());
    let trail = server.feed(&["audit", "--json"], "")?;
    let trail = String::from_utf8(trail.stdout)?;
    ensure!(trail.contains("\"operator\": \"root\""), "{trail}");
    Ok(())
}

#[test]
#[ignore = "needs the built server and root; cargo xtask test runs it"]
fn root_follows_no_link_of_the_folders_owner() -> Result<()> {
    for name in [
        "postern.db.lock",
        "postern.db",
        "secret.key",
        "copy.db.partial",
    ] {
        let (server, roots) = (server()?, TempDir::new()?);
        fs::set_permissions(roots.path(), Permissions::from_mode(0o755))?;
        let target = roots.path().join("target");
        for is_there in [false, true] {
            if is_there {
                fs::write(&target, "root's own")?;
                fs::set_permissions(&target, Permissions::from_mode(0o600))?;
            } else if name.ends_with(".partial") {
                ensure!(type_in(&server, &["user", "list"])?.0);
            }
            let link = server.data().join(name);
            let _ = fs::remove_file(&link);
            symlink(&target, &link)?;

            type_in(&server, &["user", "list"])?;
            let copy = server.data().join("copy.db").display().to_string();
            type_in(&server, &["backup", &copy])?;

            if is_there {
                let found = fs::metadata(&target)?;
                ensure!(found.uid() == 0, "{name}: given away");
                ensure!(fs::read(&target)? == b"root's own", "{name}: written to");
            } else {
                ensure!(!target.exists(), "{name}: made");
            }
        }
    }
    Ok(())
}

#[test]
#[ignore = "needs the built server and root; cargo xtask test runs it"]
fn root_keeps_a_backup_where_the_server_may_not_look_and_puts_it_back() -> Result<()> {
    let (server, roots) = (server()?, TempDir::new()?);
    let (is_done, said) = type_in(&server, &["user", "add", "alice", "--password-stdin"])?;
    ensure!(is_done, "{said}");
    // Closed to everybody but root, as /root is.
    fs::set_permissions(roots.path(), Permissions::from_mode(0o700))?;
    let copy = roots.path().join("copy.db");
    let copy_name = copy.display().to_string();

    let (is_done, said) = type_in(&server, &["backup", &copy_name])?;
    ensure!(is_done, "{said}");
    let found = fs::metadata(&copy)?;
    ensure!(
        (found.uid(), found.mode() & 0o777) == (0, 0o600),
        "{found:?}"
    );
    ensure!(
        fs::read_dir(roots.path())?.count() == 1,
        "something is left there"
    );
    ensure!(type_in(&server, &["user", "delete", "alice", "--yes"])?.0);
    let (is_done, said) = type_in(&server, &["restore", &copy_name, "--yes"])?;
    ensure!(is_done, "{said}");

    all_are_the_service_users(server.data())?;
    let shown = server.feed(&["user", "show", "alice"], "")?;
    ensure!(shown.status.success(), "{shown:?}");
    // What root may read is nothing for the folder's owner to have put into the database.
    let secret = roots.path().join("secret");
    fs::write(&secret, "root's own")?;
    let planted = server.data().join("planted.db");
    symlink(&secret, &planted)?;
    let planted = planted.display().to_string();
    let (is_done, said) = type_in(&server, &["restore", &planted, "--yes"])?;
    ensure!(!is_done && said.contains("cannot read"), "{said}");
    Ok(())
}
