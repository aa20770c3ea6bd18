//! Numbers that are counted up while requests go on: atomics, which nobody waits for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The upper bounds of a histogram's buckets, in microseconds: from an answer out of memory to an OP
/// that hangs.
const BOUNDS: [u64; 14] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000, 30_000_000,
];

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds one.
    pub fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How long things took.
#[derive(Debug, Default)]
pub struct Histogram {
    /// How many were in each bucket; the last has no bound.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    /// All of it together, in nanoseconds: enough for centuries.
    sum: AtomicU64,
}

/// A histogram as it was at one moment.
#[derive(Debug, Clone)]
pub struct Durations {
    /// Upper bounds in seconds, and how many were in that bucket alone.
    pub buckets: Vec<(f64, u64)>,
    /// All of it together, in seconds.
    pub sum: f64,
    /// How many there were.
    pub count: u64,
}

impl Histogram {
    /// Adds one that took so long.
    pub fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < micros);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.sum.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Returns what it has now.
    pub fn read(&self) -> Durations {
        let bounds = BOUNDS.iter().map(|bound| Duration::from_micros(*bound));
        let bounds = bounds.map(|bound| bound.as_secs_f64());
        let counts = self.buckets.iter().map(|n| n.load(Ordering::Relaxed));
        let buckets: Vec<_> = bounds.chain([f64::INFINITY]).zip(counts).collect();
        Durations {
            count: buckets.iter().map(|(_, n)| n).sum(),
            buckets,
            sum: Duration::from_nanos(self.sum.load(Ordering::Relaxed)).as_secs_f64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;
    use std::time::Duration;

    #[test]
    fn durations_fall_into_their_buckets() {
        let histogram = Histogram::default();
        for micros in [0, 1_000, 1_001, 30_000_000, 30_000_001] {
            histogram.observe(Duration::from_micros(micros));
        }

        let read = histogram.read();

        let filled: Vec<_> = read.buckets.iter().filter(|(_, n)| *n > 0).collect();
        assert_eq!(
            filled,
            [&(0.001, 2), &(0.0025, 1), &(30.0, 1), &(f64::INFINITY, 1)]
        );
        assert_eq!((read.count, read.sum), (5, 60.002_002));
    }
}
