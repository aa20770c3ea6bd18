//! The data folder, and the room on its disk.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{Access, access, statvfs};
use rustix::process::{getegid, geteuid};
use shared::text::Text;

use crate::config::{Config, Database};
use crate::doctor::finding::Finding;
use crate::doctor::subject::{DATA_FOLDER, DISK};
use crate::keys::SECRET_FILE;
use crate::message::{Message, say};
use crate::rights::nearest;

/// With less free space, in bytes, the database soon cannot write.
const TIGHT: u64 = 256 << 20;
/// With less free space, in bytes, it cannot write now.
const FULL: u64 = 8 << 20;

fn mode(metadata: &Metadata) -> u32 {
    metadata.mode() & 0o777
}

/// Checks the rights on the data folder and the files in it.
pub(crate) fn data_folder(config: &Config) -> Finding {
    let folder = &config.data_dir;
    let shown = folder.display();
    let metadata = match std::fs::metadata(folder) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return not_yet(folder);
        }
        Err(error) => {
            let found = Message::exact(format!("{shown}: {error}"));
            return DATA_FOLDER.fail(found, Text::FIX_FOLDER_ENTER);
        }
    };
    if !metadata.is_dir() {
        let found = say(Text::FOUND_FOLDER_NONE).with("path", &shown);
        return DATA_FOLDER.fail(found, Text::FIX_FOLDER_NAME);
    }
    let user = geteuid().as_raw();
    if access(folder, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        let found = say(Text::FOUND_FOLDER_LOCKED)
            .with("user", user)
            .with("path", &shown)
            .with("owner", metadata.uid())
            .with("mode", format_args!("{:04o}", mode(&metadata)));
        let group = getegid().as_raw();
        let command = format!("chown -R {user}:{group} {shown}");
        let remedy = say(Text::FIX_FOLDER_OWN).with("command", command);
        return DATA_FOLDER.fail(found, remedy);
    }
    judge_rights(config, &metadata, user)
}

fn not_yet(folder: &Path) -> Finding {
    let parent = nearest(folder);
    let shown = folder.display();
    if access(&parent, Access::WRITE_OK | Access::EXEC_OK).is_ok() {
        return DATA_FOLDER.pass(say(Text::FOUND_NEW).with("path", &shown));
    }
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    let found = say(Text::FOUND_FOLDER_PARENT)
        .with("path", &shown)
        .with("user", user)
        .with("parent", parent.display());
    let command = format!("mkdir -p -m 0700 {shown} && chown {user}:{group} {shown}");
    DATA_FOLDER.fail(found, say(Text::FIX_FOLDER_CREATE).with("command", command))
}

/// Says what others may do, and what belongs to another user.
fn judge_rights(config: &Config, folder: &Metadata, user: u32) -> Finding {
    let mut odd = Message::default();
    let mut commands = Vec::new();
    let shown = config.data_dir.display();
    // Only writing matters: those who can list the folder still cannot read its files.
    if mode(folder) & 0o022 != 0 {
        odd = odd.and(of_mode(Text::FOUND_MODE_OPEN, &config.data_dir, folder));
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
            odd = odd.and(of_mode(Text::FOUND_MODE, &file, &metadata));
            commands.push(format!("chmod 600 {shown}"));
        }
        if metadata.uid() != folder.uid() {
            let owner = say(Text::FOUND_OWNER_FILE).with("path", &shown);
            odd = odd.and(
                owner
                    .with("owner", metadata.uid())
                    .with("other", folder.uid()),
            );
            commands.push(format!("chown {} {shown}", folder.uid()));
        }
    }
    if folder.uid() != user && user != 0 {
        let owner = say(Text::FOUND_OWNER_SELF).with("path", &shown);
        odd = odd.and(owner.with("owner", folder.uid()).with("other", user));
        commands.push(format!("chown -R {user} {shown}"));
    }
    if commands.is_empty() {
        let mut found = of_mode(Text::FOUND_FOLDER_GOOD, &config.data_dir, folder);
        if folder.uid() != user {
            found = found.and(say(Text::FOUND_FOLDER_OWNER).with("owner", folder.uid()));
        }
        if mode(folder).trailing_zeros() < 6 {
            found = found.and(Text::FOUND_FOLDER_HIDE);
        }
        return DATA_FOLDER.pass(found);
    }
    DATA_FOLDER.warn(
        odd,
        say(Text::FIX_RIGHTS).with("commands", commands.join("; ")),
    )
}

/// Tells the mode of a file or folder.
fn of_mode(text: Text, path: &Path, metadata: &Metadata) -> Message {
    let message = say(text).with("path", path.display());
    message.with("mode", format_args!("{:04o}", mode(metadata)))
}

/// Checks the free space on the disk.
pub(crate) fn disk(config: &Config) -> Finding {
    let folder = nearest(&config.data_dir);
    let free = match statvfs(&folder) {
        Ok(stat) => stat.f_bavail.saturating_mul(stat.f_frsize),
        Err(error) => {
            let why = format!("{}: {error}", folder.display());
            return DISK.skip(Message::exact(why));
        }
    };
    let found = say(Text::FOUND_DISK).with("path", folder.display());
    let found = found.with("free", free >> 20);
    match free {
        0..FULL => DISK.fail(found, Text::FIX_DISK),
        FULL..TIGHT => DISK.warn(found, Text::FIX_DISK),
        _ => DISK.pass(found),
    }
}
