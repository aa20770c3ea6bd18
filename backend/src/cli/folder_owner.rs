//! Whose folder a command works in. Root may type it in the folder of the server's user, who could
//! have laid links there, and who could not read what root leaves there: the command acts as that
//! user then.

use std::fs::{metadata, symlink_metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::thread;

use anyhow::Context as _;
use rustix::process::geteuid;
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use rustix::{process::Gid, process::Uid};

/// Somebody else than root, to whom a folder belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FolderOwner {
    user: Uid,
    group: Gid,
}

impl FolderOwner {
    /// Returns whom a command has to act as in a folder, or in the nearest one above it that is
    /// there. `None` if this is not root, or the folder is root's.
    pub(super) fn to_act_as(folder: &Path) -> Option<Self> {
        if !geteuid().is_root() {
            return None;
        }
        let folder = std::path::absolute(folder).ok()?;
        let nearest = folder.ancestors().find(|folder| folder.exists())?;
        // A link belongs to who laid it, wherever it leads to.
        let found = [symlink_metadata(nearest).ok()?, metadata(nearest).ok()?];
        let other = found.iter().find(|found| found.uid() != 0)?;
        Some(Self {
            user: Uid::from_raw(other.uid()),
            group: Gid::from_raw(other.gid()),
        })
    }

    /// Runs `work` on a thread that acts as the owner, as do the threads that it starts. The real
    /// user stays: it is who typed the command.
    ///
    /// # Errors
    /// Those of `work`, or this process may not act as somebody else.
    pub(super) fn act<T: Send>(
        self,
        work: impl FnOnce() -> anyhow::Result<T> + Send,
    ) -> anyhow::Result<T> {
        let acting = || {
            self.take_on().with_context(|| {
                let id = self.user.as_raw();
                format!("cannot act as the folder's owner, uid {id}: run the command as that user")
            })?;
            work()
        };
        thread::scope(|scope| scope.spawn(acting).join())
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Does the same for work that awaits, which gets a runtime of its own.
    pub(super) fn act_async<T: Send, F: Future<Output = anyhow::Result<T>>>(
        self,
        work: impl FnOnce() -> F + Send,
    ) -> anyhow::Result<T> {
        self.act(|| tokio::runtime::Runtime::new()?.block_on(work()))
    }

    /// Has this thread act as the owner from now on.
    fn take_on(self) -> io::Result<()> {
        set_thread_groups(&[self.group])?;
        set_thread_res_gid(None, self.group, self.group)?;
        set_thread_res_uid(None, self.user, self.user)?;
        Ok(())
    }
}
