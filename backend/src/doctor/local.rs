//! What is on this machine: settings, the data folder, the secret key.

use std::fmt::Write as _;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access, statvfs};
use rustix::process::geteuid;
use shared::doctor::Step;

use super::subject::{DATA_FOLDER, DISK, SECRET_KEY, SETTINGS};
use crate::config::{Config, Database, Fault, Notice, Weight};
use crate::keys::{self, Keys, SECRET_FILE};

/// With less room than this the database soon cannot write.
const TIGHT: u64 = 256 << 20;
/// With less than this it cannot now.
const FULL: u64 = 8 << 20;

/// Says how the settings are.
pub(super) fn settings(config: &Config, faults: &[Fault]) -> Step {
    let warnings: Vec<&Notice> = config
        .notices
        .iter()
        .filter(|notice| notice.weight == Weight::Warning)
        .collect();
    if !faults.is_empty() {
        let found = faults.iter().map(|fault| {
            let value = fault.value.as_ref();
            let value = value.map_or(String::new(), |value| format!("={value:?}"));
            format!("{}{value} {}", fault.variable, fault.problem)
        });
        let remedy = faults
            .iter()
            .map(|fault| format!("{}: {}", fault.variable, fault.remedy));
        let mut remedy = remedy.collect::<Vec<_>>().join("; ");
        for notice in warnings {
            let _ = write!(remedy, ". Also noticed: {notice}");
        }
        return SETTINGS.fail(found.collect::<Vec<_>>().join("; "), remedy);
    }
    if !warnings.is_empty() {
        let found = warnings.iter().map(ToString::to_string);
        let remedy = "change the setting that is named, unless it is meant so";
        return SETTINGS.warn(found.collect::<Vec<_>>().join("; "), remedy);
    }
    let mut found = "all are good".to_owned();
    for notice in &config.notices {
        let _ = write!(found, "; {notice}");
    }
    SETTINGS.pass(found)
}

/// Returns the first folder on the way up that is there.
fn existing(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let found = absolute.ancestors().find(|folder| folder.exists());
    found.unwrap_or(Path::new("/")).to_owned()
}

fn mode(metadata: &Metadata) -> u32 {
    metadata.mode() & 0o777
}

/// Says who may do what with the data folder and the files in it.
pub(super) fn data_folder(config: &Config) -> Step {
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
        let remedy = format!(
            "let the user that runs Postern own it: chown -R USER {shown}; or mount it writable"
        );
        return DATA_FOLDER.fail(found, remedy);
    }
    judge_rights(config, &metadata, user)
}

fn not_yet(folder: &Path) -> Step {
    let parent = existing(folder);
    let shown = folder.display();
    if access(&parent, Access::WRITE_OK | Access::EXEC_OK).is_ok() {
        return DATA_FOLDER.pass(format!("{shown} will be made at the first start"));
    }
    let found = format!(
        "{shown} is not there, and user {} may not make it in {}",
        geteuid().as_raw(),
        parent.display()
    );
    let remedy =
        "make it, for the user that runs Postern alone (mode 0700), or name another in DATA_DIR";
    DATA_FOLDER.fail(found, remedy)
}

/// Names what others may do, and what belongs to somebody else.
fn judge_rights(config: &Config, folder: &Metadata, user: u32) -> Step {
    let mut odd = Vec::new();
    let mut commands = Vec::new();
    let shown = config.data_dir.display();
    // Who can only see what is there gets at nothing: the files are for their owner alone.
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

/// Says how much room there is.
pub(super) fn disk(config: &Config) -> Step {
    let folder = existing(&config.data_dir);
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

/// Reads the key that the server has, without making one; says how it is.
pub(super) fn secret_key(config: &Config, faults: &[Fault]) -> (Step, Option<Keys>) {
    if faults
        .iter()
        .any(|fault| fault.variable.starts_with("POSTERN_SECRET_KEY"))
    {
        return (SECRET_KEY.skip("POSTERN_SECRET_KEY has a fault"), None);
    }
    if let Some(secret) = &config.secret_key {
        let step = SECRET_KEY.pass("POSTERN_SECRET_KEY");
        return (step, Some(Keys::derive(secret)));
    }
    let path = config.data_dir.join(SECRET_FILE);
    match keys::read_secret(&config.data_dir) {
        Ok(Some(secret)) => {
            let step = SECRET_KEY.pass(format!("{}{}", path.display(), of_replicas(config)));
            (step, Some(Keys::derive(&secret)))
        }
        Ok(None) => {
            let found = format!("{} will be made at the first start", path.display());
            (SECRET_KEY.pass(found + of_replicas(config)), None)
        }
        Err(error) => {
            let remedy = format!(
                "let the user that runs Postern read {}; where it is damaged, delete it: logins \
                 that are under way begin anew",
                path.display()
            );
            (SECRET_KEY.fail(format!("{error:#}"), remedy), None)
        }
    }
}

fn of_replicas(config: &Config) -> &'static str {
    match config.database {
        Database::Postgres(_) => "; several replicas need POSTERN_SECRET_KEY instead",
        Database::Sqlite(_) => "",
    }
}
