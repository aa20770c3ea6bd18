//! xtask's messages at the terminal: numbered steps, their time, and faults.

use std::io::Write as _;
use std::time::{Duration, Instant};

/// Prints a line. A closed terminal is no reason to fail.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints a sentence about a failure.
pub(crate) fn fault(text: &str) {
    let _ = std::io::stdout().flush();
    let _ = writeln!(std::io::stderr().lock(), "\nerror: {text}");
}

/// Counts and times the steps of a command.
pub(crate) struct Steps {
    /// How many steps there will be.
    total: usize,
    /// How many were begun.
    begun: usize,
}

impl Steps {
    /// Announces nothing yet; `total` is how many times [`Steps::run`] will be called.
    pub(crate) fn new(total: usize) -> Self {
        Self { total, begun: 0 }
    }

    /// Prints the step's title, does it, and prints its time.
    pub(crate) fn run<T>(
        &mut self,
        title: &str,
        work: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        self.begun += 1;
        line(&format!("[{}/{}] {title}", self.begun, self.total));
        let start = Instant::now();
        let outcome = work();
        if outcome.is_ok() {
            line(&format!("      {}", seconds(start.elapsed())));
        }
        outcome
    }
}

/// A time as people read it: `0.4 s`, `12 s`, `3 min 20 s`.
pub(crate) fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    match whole {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..120 => format!("{whole} s"),
        _ => format!("{} min {} s", whole / 60, whole % 60),
    }
}

/// A size as people read it, in thousands of bytes.
pub(crate) fn kilobytes(bytes: usize) -> String {
    let tenths = (bytes + 50) / 100;
    format!("{}.{} kB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_say_them() {
        assert_eq!(seconds(Duration::from_millis(420)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(75)), "75 s");
        assert_eq!(seconds(Duration::from_secs(200)), "3 min 20 s");
    }

    #[test]
    fn sizes_are_rounded_to_a_tenth() {
        assert_eq!(kilobytes(88_049), "88.0 kB");
        assert_eq!(kilobytes(88_050), "88.1 kB");
    }
}
