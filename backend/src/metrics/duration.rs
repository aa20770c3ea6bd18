//! Histograms of durations.

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

/// A histogram of durations for each set of labels.
pub type Durations<Labels> = Family<Labels, Histogram, fn() -> Histogram>;

/// Returns an empty histogram of durations, in seconds, with the buckets of requests to the OP: so
/// that the server's times can be held against them.
#[must_use]
pub fn histogram() -> Histogram {
    Histogram::new(oidc::metrics::BUCKETS)
}
