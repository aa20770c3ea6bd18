//! The data folder, and the room on its disk.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{Access, access, statvfs};
use rustix::process::{getegid, geteuid};
use shared::doctor::Step;

use crate::config::{Config, Database};
use crate::doctor::subject::{DATA_FOLDER, DISK};
use crate::keys::SECRET_FILE;
use crate::rights::nearest;

/// With less free space, in bytes, the database soon cannot write.
const TIGHT: u64 = 256 << 20;
/// With less free space, in bytes, it cannot write now.
const FULL: u64 = 8 << 20;

fn mode(metadata: &Metadata) -> u32 {
    metadata.mode() & 0o777
}

/// Checks the rights on the data folder and the files in it.
pub(crate) fn data_folder(config: &Config) -> Step {
    let folder = &config.data_dir;
    let shown = folder.display();
    let metadata = match std::fs::metadata(folder) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return not_yet(folder);
        }
        Err(error) => {
            let remedy =
                "let the user that runs Postern enter the folder, or name another in DATA_DIR";
            return DATA_FOLDER.fail(format!("{shown}: {error}"), remedy);
        }
    };
    if !metadata.is_dir() {
        return DATA_FOLDER.fail(
            format!("{shown} is not a folder"),
            "name a folder in DATA_DIR",
        );
    }
    let user = geteuid().as_raw();
    if access(folder, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        let found = format!(
            "{shown} cannot be written to by user {user}: it belongs to user {}, mode {:04o}",
            metadata.uid(),
            mode(&metadata)
        );
        let group = getegid().as_raw();
        let remedy = format!(
            "let the user that runs Postern own it: chown -R {user}:{group} {shown}; or mount it \
             writable"
        );
        return DATA_FOLDER.fail(found, remedy);
    }
    judge_rights(config, &metadata, user)
}

fn not_yet(folder: &Path) -> Step {
    let parent = nearest(folder);
    let shown = folder.display();
    if access(&parent, Access::WRITE_OK | Access::EXEC_OK).is_ok() {
        return DATA_FOLDER.pass(format!("{shown} will be created at the first start"));
    }
    let found = format!(
        "{shown} is not there, and user {} may not create it in {}",
        geteuid().as_raw(),
        parent.display()
    );
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    let remedy = format!(
        "mkdir -p -m 0700 {shown} && chown {user}:{group} {shown}; or name another in DATA_DIR"
    );
    DATA_FOLDER.fail(found, remedy)
}

/// Says what others may do, and what belongs to another user.
fn judge_rights(config: &Config, folder: &Metadata, user: u32) -> Step {
    let mut odd = Vec::new();
    let mut commands = Vec::new();
    let shown = config.data_dir.display();
    // Only writing matters: those who can list the folder still cannot read its files.
    if mode(folder) & 0o022 != 0 {
        odd.push(format!(
            "{shown} has mode {:04o}, so that others can write",
            mode(folder)
        ));
        commands.push(format!("chmod 700 {shown}"));
    }
    let mut files = vec![config.data_dir.join(SECRET_FILE)];
    if let Database::Sqlite(path) = &config.database {
        files.push(path.clone());
    }
    for file in files {
        let Ok(metadata) = std::fs::metadata(&file) else {
            continue;
        };
        let shown = file.display();
        if mode(&metadata) & 0o077 != 0 {
            odd.push(format!("{shown} has mode {:04o}", mode(&metadata)));
            commands.push(format!("chmod 600 {shown}"));
        }
        if metadata.uid() != folder.uid() {
            odd.push(format!(
                "{shown} belongs to user {}, the folder to user {}",
                metadata.uid(),
                folder.uid()
            ));
            commands.push(format!("chown {} {shown}", folder.uid()));
        }
    }
    if folder.uid() != user && user != 0 {
        odd.push(format!(
            "{shown} belongs to user {}, and this is user {user}",
            folder.uid()
        ));
        commands.push(format!("chown -R {user} {shown}"));
    }
    if odd.is_empty() {
        let whose = if folder.uid() == user {
            String::new()
        } else {
            format!(", of user {}", folder.uid())
        };
        let note = if mode(folder).trailing_zeros() >= 6 {
            ""
        } else {
            "; 0700 would hide also the names of the files in it"
        };
        return DATA_FOLDER.pass(format!(
            "{shown} can be written to, mode {:04o}{whose}{note}",
            mode(folder)
        ));
    }
    let remedy = format!(
        "{}: others can get at accounts and keys",
        commands.join("; ")
    );
    DATA_FOLDER.warn(odd.join("; "), remedy)
}

/// Checks the free space on the disk.
pub(crate) fn disk(config: &Config) -> Step {
    let folder = nearest(&config.data_dir);
    let free = match statvfs(&folder) {
        Ok(stat) => stat.f_bavail.saturating_mul(stat.f_frsize),
        Err(error) => return DISK.skip(format!("{}: {error}", folder.display())),
    };
    let found = format!("{} MB are free where {} is", free >> 20, folder.display());
    let remedy = "make room on that disk, or move DATA_DIR to another";
    match free {
        0..FULL => DISK.fail(found, remedy),
        FULL..TIGHT => DISK.warn(found, remedy),
        _ => DISK.pass(found),
    }
}
