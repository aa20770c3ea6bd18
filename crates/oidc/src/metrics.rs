//! How requests to the OP end, and how long they take.

use std::time::Duration;

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use super::answer::{Answer, OpFailure};
use super::endpoint::Endpoint;

/// The upper bounds of the buckets, in seconds: from an answer out of memory to an OP that hangs.
pub const BUCKETS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// The labels `endpoint` and `outcome`, with values of closed sets.
pub type Labels = [(&'static str, &'static str); 2];

/// The requests to one OP. Clones count together.
#[derive(Debug, Clone)]
pub struct OpMetrics {
    /// How long requests took, in seconds, by endpoint and by how they ended.
    pub durations: Family<Labels, Histogram>,
}

impl Default for OpMetrics {
    /// The good requests of each endpoint are there from the beginning: if the first value of a
    /// series is not 0, nobody can tell how much it grew.
    fn default() -> Self {
        let durations = Family::new_with_constructor(histogram as fn() -> Histogram);
        for endpoint in Endpoint::ALL {
            drop(durations.get_or_create(&labels(endpoint, "ok")));
        }
        Self { durations }
    }
}

impl OpMetrics {
    /// Counts a request, and returns how it ended: `ok`, `refused` (4xx, or by something before the
    /// OP), `failed` (5xx, or an
    /// answer that broke off), `unreachable`, or `unusable` (a redirect, or far too much).
    pub(super) fn observe(
        &self,
        endpoint: Endpoint,
        result: &Result<Answer, OpFailure>,
        took: Duration,
    ) -> &'static str {
        let outcome = match result {
            Ok(answer) if answer.status.is_success() => "ok",
            Ok(_) | Err(OpFailure::Intercepted(..)) => "refused",
            Err(OpFailure::Unreachable { .. }) => "unreachable",
            Err(OpFailure::ServerError { .. }) => "failed",
            Err(OpFailure::NotOidc(..) | OpFailure::Misconfigured(..)) => "unusable",
        };
        self.durations
            .get_or_create(&labels(endpoint, outcome))
            .observe(took.as_secs_f64());
        outcome
    }
}

fn labels(endpoint: Endpoint, outcome: &'static str) -> Labels {
    [("endpoint", endpoint.label()), ("outcome", outcome)]
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}
