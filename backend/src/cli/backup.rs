//! `postern backup`: copies the SQLite database while servers use it.
//!
//! The backup has the database alone. The secret key only seals cookies of logins under way and
//! makes the setup token, and the server creates a new one if it is missing. No migration runs, so
//! that the new version can also make the backup before an update.

use std::fs::{File, Permissions, TryLockError, hard_link, remove_file, rename};
use std::io::{ErrorKind, IsTerminal as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use serde_json::json;

use super::console::{Console, Keyboard};
use super::date;
use super::folder_owner::FolderOwner;
use crate::config::{Config, Database};
use crate::private_file::{self, folder_of};
use crate::store::{Contents, check_sqlite, copy_sqlite, discard, sync_folder_of};
use clock::Timestamp;

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// The file to write, or - for standard output
    file: PathBuf,
    /// Overwrite an existing file
    #[arg(long)]
    force: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A file that is being written, and is removed with this value unless it is finished. The writer
/// holds a lock on it, which ends with the process; an abandoned file is overwritten.
struct Partial {
    path: PathBuf,
    file: File,
    is_done: bool,
}

impl Partial {
    /// Creates the file, readable only by its owner, and empties an abandoned one.
    fn begin(path: PathBuf) -> anyhow::Result<Self> {
        let opened = private_file::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let shown = path.display();
        let file = opened.with_context(|| format!("cannot write {shown}"))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => bail!("another backup is writing {shown}"),
            // A file system without locks cannot keep anyone out.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        // SQLite would take the log of a killed process for this one's.
        let _ = remove_file(with_suffix(&path, "-journal"));
        file.set_len(0)?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        Ok(Self {
            path,
            file,
            is_done: false,
        })
    }

    /// Gives the file its name. Without `force`, does not replace another file.
    fn finish(mut self, name: &Path, force: bool) -> anyhow::Result<()> {
        self.file.sync_all()?;
        if force {
            rename(&self.path, name)?;
            self.is_done = true;
        } else {
            match hard_link(&self.path, name) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    bail!("{} was made meanwhile", name.display());
                }
                // The file system has no hard links.
                Err(_) => {
                    rename(&self.path, name)?;
                    self.is_done = true;
                }
            }
        }
        sync_folder_of(name)?;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_done {
            discard(&self.path);
        }
    }
}

/// Returns the path with a suffix added to its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Copies the database, as the owner of the folder that the copy is to be in.
pub(super) async fn run(
    args: &Args,
    config: &Config,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    let Database::Sqlite(database) = &config.database else {
        bail!(
            "the database is PostgreSQL, which has a program for that: \
             pg_dump --format=custom --file={} \"$DATABASE_URL\"",
            args.file.display()
        );
    };
    ensure!(
        database.exists(),
        "there is no database at {}: are DATA_DIR and DATABASE_URL those of the server?",
        database.display()
    );
    let is_piped = args.file == Path::new("-");
    let place = if is_piped { database } else { &args.file };
    let mut work = async || {
        if is_piped {
            to_stdout(args, database, console).await
        } else {
            to_file(args, database, console).await
        }
    };
    match FolderOwner::to_act_as(folder_of(place)) {
        Some(owner) => owner.act_async(work),
        None => work().await,
    }
}

/// Copies the database to a file.
async fn to_file(
    args: &Args,
    database: &Path,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    let name = &args.file;
    let is_same = || Some(name.canonicalize().ok()? == database.canonicalize().ok()?);
    ensure!(is_same() != Some(true), "this is the database itself");
    ensure!(
        !name.is_dir(),
        "{} is a folder: name a file in it",
        name.display()
    );
    ensure!(
        args.force || !name.exists(),
        "{} exists: name another file, or write over it with --force",
        name.display()
    );
    let partial = Partial::begin(with_suffix(name, ".partial"))?;
    let contents = copy_as_owner(database, &partial).await?;
    let bytes = partial.file.metadata()?.len();
    partial.finish(name, args.force)?;
    if args.json {
        console.json(&json!({
            "file": name,
            "bytes": bytes,
            "accounts": contents.accounts,
            "identities": contents.identities,
            "migration": contents.version,
        }))?;
    } else {
        console.say(&format!(
            "Copied {} accounts to {} ({} kB), and checked the copy. It holds password hashes: keep \
             it as safe as the server.",
            contents.accounts,
            name.display(),
            bytes.div_ceil(1000)
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Copies the database as the owner of its folder. Where that is somebody else, to whom the folder
/// of the copy is closed, it goes by way of a file beside the database.
async fn copy_as_owner(database: &Path, partial: &Partial) -> anyhow::Result<Contents> {
    let Some(owner) = FolderOwner::to_act_as(folder_of(database)) else {
        return copy(database, &partial.path).await;
    };
    let (contents, mut file) = owner.act_async(async || {
        let beside = Partial::begin(with_suffix(database, ".stdout.partial"))?;
        let contents = copy(database, &beside.path).await?;
        Ok((contents, File::open(&beside.path)?))
    })?;
    std::io::copy(&mut file, &mut &partial.file)?;
    Ok(contents)
}

/// Copies the database and checks the copy. Ctrl-C leaves nothing behind.
async fn copy(database: &Path, target: &Path) -> anyhow::Result<Contents> {
    tokio::select! {
        copied = copy_sqlite(database, target) => copied.context("cannot copy the database")?,
        _ = tokio::signal::ctrl_c() => bail!("interrupted: nothing was written"),
    }
    check_sqlite(target).await.context(
        "the copy is of no use, and was not kept. The database is probably damaged: keep the last \
         good backup",
    )
}

/// Writes the copy to standard output, once it is complete and checked.
async fn to_stdout(
    args: &Args,
    database: &Path,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    ensure!(
        !args.json,
        "--json and a backup do not both fit on standard output"
    );
    let is_terminal =
        matches!(console.keyboard, Keyboard::Process) && std::io::stdout().is_terminal();
    ensure!(
        !is_terminal,
        "a backup is nothing for a terminal: send it to a file or a program"
    );
    let partial = Partial::begin(with_suffix(database, ".stdout.partial"))?;
    let contents = copy(database, &partial.path).await?;
    std::io::copy(&mut File::open(&partial.path)?, &mut console.out)
        .and_then(|_| console.out.flush())
        .context("cannot write to standard output")?;
    console.remark(&format!("Copied {} accounts.", contents.accounts))?;
    Ok(ExitCode::SUCCESS)
}

/// Describes what is in a database.
pub(super) fn describe(contents: &Contents) -> String {
    let last = contents.last_entry_at.map_or_else(
        || "nothing in the audit trail".to_owned(),
        |at: Timestamp| format!("last changed {} UTC", date::minute(at)),
    );
    format!(
        "{} accounts, {} connections, {last}",
        contents.accounts, contents.identities
    )
}
