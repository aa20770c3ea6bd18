//! Histograms of durations.

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

/// The upper bounds of the buckets, in seconds: from an answer from memory to an OP that hangs.
const BOUNDS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// A histogram of durations for each set of labels.
pub type Durations<Labels> = Family<Labels, Histogram, fn() -> Histogram>;

/// Returns an empty histogram of durations, in seconds.
#[must_use]
pub fn histogram() -> Histogram {
    Histogram::new(BOUNDS)
}
