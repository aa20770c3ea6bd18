//! Where the programs are that the tests run, and which loopback port is free.

use std::env::var_os;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Result, bail};

/// Returns the workspace's folder.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the folder of installed tools: `$POSTERN_TOOLS`, else `.tools` of the workspace.
pub fn tools() -> PathBuf {
    var_os("POSTERN_TOOLS").map_or_else(|| workspace().join(".tools"), PathBuf::from)
}

/// Returns the folder for pictures, `$SCREENSHOTS`; `None` if nobody wants any.
pub fn screenshots() -> Option<PathBuf> {
    var_os("SCREENSHOTS")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
}

/// Returns the program that `variable` names, else `default` below the workspace.
///
/// # Errors
/// It is not there; the message says what builds or installs it.
pub fn program(variable: &str, default: &str, made_by: &str) -> Result<PathBuf> {
    let path = var_os(variable).map_or_else(|| workspace().join(default), PathBuf::from);
    require(path, made_by)
}

/// Returns `path`.
///
/// # Errors
/// It is not there; the message says what builds or installs it.
pub fn require(path: PathBuf, made_by: &str) -> Result<PathBuf> {
    if !path.exists() {
        bail!("{} is not there: run `{made_by}` first", path.display());
    }
    Ok(path)
}

/// Returns a port of 127.0.0.1 on which nothing listens.
///
/// It lies below the range from which the kernel takes the ports of outgoing connections, so that
/// it stays free while a server that used it is restarted.
///
/// # Errors
/// No port is free.
pub fn free_port() -> Result<u16> {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Tests that run at once begin at different places: nextest runs each in a process, and numbers
    // those that run at once. Another run has another parent.
    let slot = var_os("NEXTEST_TEST_GLOBAL_SLOT").and_then(|slot| slot.to_str()?.parse().ok());
    let start = parent_id() * 97 + slot.unwrap_or(0) * 200;
    let start = u16::try_from(start % u32::from(COUNT))?;
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        let port = FIRST + (start + step) % COUNT;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port of 127.0.0.1 is free");
}
