//! What this process logs, as far as it is logged on the thread of the test: a [`Site`]'s server
//! and OP are.
//!
//! [`Site`]: crate::site::Site

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, dynamic_filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

thread_local! {
    /// Up to which level, and what is logged on this thread, while somebody wants it.
    static LOG: RefCell<Option<(LevelFilter, Vec<u8>)>> = const { RefCell::new(None) };
}

/// The log of this thread.
pub struct Log;

impl Log {
    /// Keeps all that is logged on this thread from now on, at every level.
    pub fn begin() {
        Self::begin_at(LevelFilter::TRACE);
    }

    /// Keeps what an administrator sees by default.
    pub fn begin_as_by_default() {
        Self::begin_at(LevelFilter::INFO);
    }

    fn begin_at(level: LevelFilter) {
        static ONCE: Once = Once::new();
        // One for the process: with one for each thread, events that other threads come upon first
        // are switched off for all.
        ONCE.call_once(|| {
            let is_wanted = dynamic_filter_fn(|metadata, _| {
                LOG.with_borrow(|log| {
                    log.as_ref()
                        .is_some_and(|(level, _)| metadata.level() <= level)
                })
            });
            let lines = tracing_subscriber::fmt::layer()
                .with_writer(|| Writer)
                .with_ansi(false);
            tracing_subscriber::registry()
                .with(lines.with_filter(is_wanted))
                .init();
        });
        LOG.set(Some((level, Vec::new())));
    }

    /// Returns what was logged.
    pub fn text() -> String {
        LOG.with_borrow(|log| {
            let bytes = log
                .as_ref()
                .map(|(_, bytes)| bytes.as_slice())
                .unwrap_or_default();
            String::from_utf8_lossy(bytes).into_owned()
        })
    }

    /// Returns the line of a failed login that has this reference.
    pub fn failed_login(reference: &str) -> Option<String> {
        let mark = format!("ref={reference} ");
        let text = Self::text();
        let mut lines = text.lines();
        lines
            .find(|line| line.contains(&mark) && line.contains("login failed: "))
            .map(str::to_owned)
    }
}

/// Writes to the log of the thread it is on.
struct Writer;

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| {
            log.as_mut()
                .map(|(_, written)| written.extend_from_slice(bytes))
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
