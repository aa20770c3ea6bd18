//! Metrics of this process from the system (Linux).

use std::fs::{read_dir, read_to_string};

use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};
use rustix::param::{clock_ticks_per_second, page_size};
use rustix::process::{Resource, getrlimit};

/// Adds the system's metrics; leaves out what cannot be read.
pub fn register(registry: &mut Registry) {
    if let Some(seconds) = cpu_seconds() {
        let (help, seconds) = (
            "Processor time of all cores together",
            ConstCounter::new(seconds),
        );
        registry.register_with_unit("process_cpu", help, Unit::Seconds, seconds);
    }
    if let Some(bytes) = resident_bytes() {
        let (help, bytes) = ("Memory that is not paged out", ConstGauge::new(bytes));
        registry.register_with_unit("process_resident_memory", help, Unit::Bytes, bytes);
    }
    if let Ok(open) = read_dir("/proc/self/fd") {
        // One of them is that of the folder itself.
        let open = ConstGauge::new(open.count().saturating_sub(1));
        registry.register("process_open_fds", "Open file descriptors", open);
    }
    if let Some(most) = getrlimit(Resource::Nofile).current {
        let help = "The most file descriptors that the process may open";
        registry.register("process_max_fds", help, ConstGauge::new(most));
    }
}

/// Returns user and system time of `/proc/self/stat`, the 14th and 15th field (proc(5)).
fn cpu_seconds() -> Option<f64> {
    let stat = read_to_string("/proc/self/stat").ok()?;
    // The program's name, in parentheses, may contain spaces.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    let per_second = u32::try_from(clock_ticks_per_second()).ok()?;
    Some((f64::from(user) + f64::from(system)) / f64::from(per_second))
}

/// Returns the second field of `/proc/self/statm`, in pages.
fn resident_bytes() -> Option<u64> {
    let statm = read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    pages.checked_mul(u64::try_from(page_size()).ok()?)
}
