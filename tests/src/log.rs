//! What the server logs, as a test reads it.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

thread_local! {
    /// What is logged on this thread, while somebody wants it.
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Everything that is logged on this thread, at every level, from its beginning on. A test's
/// server and OP are on the thread of the test.
pub struct Log;

impl Log {
    /// Begins to keep what is logged; what was kept before is forgotten.
    pub fn begin() {
        static ONCE: Once = Once::new();
        // One for the process: with one for each thread, events that other threads come upon first
        // are switched off for all.
        ONCE.call_once(|| {
            let is_wanted = dynamic_filter_fn(|_, _| LOG.with_borrow(Option::is_some));
            let lines = tracing_subscriber::fmt::layer()
                .with_writer(|| Log)
                .with_ansi(false);
            tracing_subscriber::registry()
                .with(lines.with_filter(is_wanted))
                .init();
        });
        LOG.set(Some(Vec::new()));
    }

    /// Returns what was logged since.
    pub fn text() -> String {
        LOG.with_borrow(|log| {
            String::from_utf8_lossy(log.as_deref().unwrap_or_default()).into_owned()
        })
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.as_mut().map(|log| log.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
