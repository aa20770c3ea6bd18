//! `postern restore`: replaces the SQLite database with a backup.
//!
//! Everything is done to a copy next to the database, which gets its name at the end: a failure
//! before that leaves the database as it is.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use serde_json::json;

use super::backup::{describe, with_suffix};
use super::console::{Console, Keyboard};
use super::folder_owner::FolderOwner;
use super::{date, operator};
use crate::config::{Config, Database};
use crate::private_file::{self, folder_of};
use crate::store::{Restored, discard, exclude, is_in_use, prepare_restore, put_in_place};
use clock::Timestamp;

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// The backup, or - for standard input
    file: PathBuf,
    /// Keep the backup's logins and links, even those that were ended since
    #[arg(long)]
    keep_sessions: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The copy that becomes the database; removed with this value otherwise.
struct Copy(PathBuf);

impl Drop for Copy {
    fn drop(&mut self) {
        discard(&self.0);
    }
}

/// Replaces the database with the backup.
pub(super) async fn run(
    args: &Args,
    config: &Config,
    now: Timestamp,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    let Database::Sqlite(database) = &config.database else {
        bail!(
            "the database is PostgreSQL, which has a program for that: stop the servers, then \
             pg_restore --clean --if-exists --no-owner --dbname=\"$DATABASE_URL\" {}",
            args.file.display()
        );
    };
    let is_same = || Some(args.file.canonicalize().ok()? == database.canonicalize().ok()?);
    ensure!(is_same() != Some(true), "this is the database itself");
    ensure!(
        !args.file.is_dir(),
        "{} is a folder: name the backup's file",
        args.file.display()
    );
    let is_piped = args.file == Path::new("-");
    ensure!(
        !is_piped || args.yes,
        "nothing can be asked while the backup comes from standard input: say --yes"
    );
    let open = || {
        if is_piped {
            Ok(Vec::new())
        } else {
            open(&args.file)
        }
    };
    let backup = match FolderOwner::to_act_as(folder_of(&args.file)) {
        Some(owner) => owner.act(open)?,
        None => open()?,
    };
    let work = async || put_back(args, backup, database, now, console).await;
    match FolderOwner::to_act_as(folder_of(database)) {
        Some(owner) => owner.act_async(work),
        None => work().await,
    }
}

/// Puts an open backup, or standard input, in the place of the database.
async fn put_back(
    args: &Args,
    backup: Vec<(&'static str, File)>,
    database: &Path,
    now: Timestamp,
    console: &mut Console<'_>,
) -> anyhow::Result<ExitCode> {
    let folder = folder_of(database);
    private_file::create_folder(folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let _lock = alone(database).await?;
    let copy = Copy(with_suffix(database, ".restoring"));
    discard(&copy.0);
    if backup.is_empty() {
        ensure!(
            matches!(console.keyboard, Keyboard::Process),
            "there is no standard input"
        );
        write_copy(&mut std::io::stdin().lock(), &copy.0)?;
    }
    for (suffix, mut file) in backup {
        write_copy(&mut file, &with_suffix(&copy.0, suffix))?;
    }
    let by = operator::by_at(now);
    let restored = prepare_restore(&copy.0, args.keep_sessions, &by)
        .await
        .with_context(|| format!("{} cannot be restored", args.file.display()))?;
    if !args.yes {
        console.remark(&format!(
            "{}: {}.",
            args.file.display(),
            describe(&restored.contents)
        ))?;
    }
    let question = format!("put it in the place of {}", database.display());
    console.confirm(&question, args.yes || !database.exists())?;
    let aside = free_name(database, now);
    let was_there = put_in_place(&copy.0, database, &aside)
        .with_context(|| format!("cannot replace {}", database.display()))?;
    report(
        args,
        database,
        was_there.then_some(&*aside),
        &restored,
        console,
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Returns the name under which the current database is kept.
fn free_name(database: &Path, now: Timestamp) -> PathBuf {
    let first = with_suffix(
        database,
        &format!(".before-restore-{}", date::for_file(now)),
    );
    let others = (2..).map(|number| with_suffix(&first, &format!("-{number}")));
    let mut names = std::iter::once(first.clone()).chain(others);
    names.find(|name| !name.exists()).unwrap_or(first)
}

/// Keeps everybody else away from the database while the result is held.
///
/// # Errors
/// Somebody uses the database.
pub(super) async fn alone(database: &Path) -> anyhow::Result<Option<File>> {
    let lock = match exclude(database) {
        Ok(Some(lock)) => Some(lock),
        Ok(None) => bail!("{}", in_use(database)),
        // The file system has no locks. SQLite's own remain, which servers of earlier versions use
        // too.
        Err(_) => None,
    };
    ensure!(!is_in_use(database).await, "{}", in_use(database));
    Ok(lock)
}

fn in_use(database: &Path) -> String {
    format!(
        "a server, or another command, uses {}: stop it first. It would go on with the old database, \
         and what it writes would be lost",
        database.display()
    )
}

/// Opens the backup, as files that differ in the end of their names. One that was made by copying a
/// live database has its last changes in a log beside it.
fn open(backup: &Path) -> anyhow::Result<Vec<(&'static str, File)>> {
    let mut files = Vec::new();
    for suffix in ["", "-wal", "-journal"] {
        let from = with_suffix(backup, suffix);
        match File::open(&from) {
            Ok(file) => files.push((suffix, file)),
            Err(error) if !suffix.is_empty() && error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", from.display()));
            }
        }
    }
    Ok(files)
}

/// Writes a file that only its owner can read.
fn write_copy(from: &mut impl Read, to: &Path) -> anyhow::Result<()> {
    let made = private_file::create_new(private_file::options().write(true), to);
    let made = made.and_then(|made| made.ok_or_else(|| ErrorKind::AlreadyExists.into()));
    let mut file = made.with_context(|| format!("cannot write {}", to.display()))?;
    std::io::copy(from, &mut file).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(())
}

/// Reports what was done.
fn report(
    args: &Args,
    database: &Path,
    aside: Option<&Path>,
    restored: &Restored,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let contents = &restored.contents;
    if args.json {
        return console.json(&json!({
            "restored": args.file,
            "database": database,
            "kept": aside,
            "accounts": contents.accounts,
            "identities": contents.identities,
            "sessions_ended": restored.sessions_ended,
        }));
    }
    console.say(&format!(
        "Restored {}: {}.",
        database.display(),
        describe(contents)
    ))?;
    if args.keep_sessions {
        console.say("Logins and links are those of the backup.")?;
    } else {
        console.say(&format!(
            "Logins and links have ended ({} logins), since some of them may have been ended after \
             the backup.",
            restored.sessions_ended
        ))?;
    }
    if let Some(aside) = aside {
        console.say(&format!("The one before is {}.", aside.display()))?;
    }
    Ok(console.say("Start the server now.")?)
}
