//! Ctrl-C and SIGTERM: recorded at once, handled where xtask waits.
//!
//! The handler only sets a flag. Every wait of xtask calls [`pause`] or checks [`received`], ends
//! what it started, and returns [`Stopped`].

use anyhow::Context as _;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Set by the first signal, never cleared.
static RECEIVED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// The person, or the system, asked xtask to stop.
#[derive(Debug)]
pub(crate) struct Stopped;

impl std::fmt::Display for Stopped {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("stopped by a signal")
    }
}

impl std::error::Error for Stopped {}

/// Makes signals set the flag from now on, instead of ending the process.
pub(crate) fn listen() -> anyhow::Result<()> {
    let flag = RECEIVED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(flag))
            .context("cannot listen for Ctrl-C")?;
    }
    Ok(())
}

/// Returns true if a signal has come.
pub(crate) fn received() -> bool {
    RECEIVED
        .get()
        .is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// Waits a moment between two checks.
pub(crate) fn pause() {
    std::thread::park_timeout(Duration::from_millis(25));
}
