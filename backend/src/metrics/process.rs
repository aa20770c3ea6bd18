//! What the system says of this process (Linux).

use std::fs::{read_dir, read_to_string};

use rustix::param::{clock_ticks_per_second, page_size};
use rustix::process::{Resource, getrlimit};

/// What there is to say; what cannot be read is left out.
#[derive(Debug, Default)]
pub(super) struct Process {
    /// Seconds of all cores together.
    pub(super) cpu_seconds: Option<f64>,
    /// Bytes of memory that are not paged out.
    pub(super) resident_bytes: Option<u64>,
    /// Open file descriptors.
    pub(super) open_fds: Option<u64>,
    /// The most that it may have.
    pub(super) max_fds: Option<u64>,
}

impl Process {
    /// Asks the system.
    pub(super) fn read() -> Self {
        let fds = read_dir("/proc/self/fd").ok();
        Self {
            cpu_seconds: cpu_seconds(),
            resident_bytes: resident_bytes(),
            // One of them is that of the folder itself.
            open_fds: fds.map(|fds| u64::try_from(fds.count()).unwrap_or(u64::MAX) - 1),
            max_fds: getrlimit(Resource::Nofile).current,
        }
    }
}

/// Returns user and system time of `/proc/self/stat`, the 14th and 15th field (proc(5)).
fn cpu_seconds() -> Option<f64> {
    let stat = read_to_string("/proc/self/stat").ok()?;
    // The program's name, in parentheses, may itself have spaces.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    let per_second = u32::try_from(clock_ticks_per_second()).ok()?;
    Some((f64::from(user) + f64::from(system)) / f64::from(per_second))
}

/// Returns the second field of `/proc/self/statm`, which counts pages.
fn resident_bytes() -> Option<u64> {
    let statm = read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    pages.checked_mul(u64::try_from(page_size()).ok()?)
}
