//! Writes the numbers down, in whichever of the two formats Prometheus asks for.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeMetric as _, NoLabelSet, prometheus_text, text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::numbers::Durations;
use super::snapshot::Snapshot;

/// The media type of `OpenMetrics`.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Returns the numbers as text, and its media type. `accept` is what the client sent.
///
/// # Panics
/// Never: a string takes whatever is written to it.
#[must_use]
pub fn write(snapshot: Snapshot, accept: &str) -> (&'static str, String) {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(snapshot));
    let mut body = String::new();
    let (media_type, written) = if accept.contains("application/openmetrics-text") {
        (OPENMETRICS, text::encode(&mut body, &registry))
    } else {
        let written = prometheus_text::encode(&mut body, &registry);
        (prometheus_text::CONTENT_TYPE, written)
    };
    written.expect("writing to a string does not fail");
    (media_type, body)
}

/// Labels with their values.
type Labels<'a, const N: usize> = [(&'static str, &'a str); N];

/// Writes one metric after the other.
struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    fn gauge(&mut self, name: &str, unit: Option<&Unit>, help: &str, value: f64) -> fmt::Result {
        let mut metric = self
            .0
            .encode_descriptor(name, help, unit, MetricType::Gauge)?;
        metric.encode_gauge(&value)
    }

    /// A counter's name ends in `_total`, which is added here.
    fn counters<'a, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        series: impl IntoIterator<Item = (Labels<'a, N>, u64)>,
    ) -> fmt::Result {
        let counter = MetricType::Counter;
        let mut metric = self.0.encode_descriptor(name, help, None, counter)?;
        for (labels, value) in series {
            let mut one = metric.encode_family(&labels)?;
            one.encode_counter::<NoLabelSet, _, u64>(&value, None)?;
        }
        Ok(())
    }

    /// A histogram's name ends in `_seconds`, which is added here.
    fn durations<'a, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        series: impl IntoIterator<Item = (Labels<'a, N>, &'a Durations)>,
    ) -> fmt::Result {
        let (unit, histogram) = (Some(&Unit::Seconds), MetricType::Histogram);
        let mut metric = self.0.encode_descriptor(name, help, unit, histogram)?;
        for (labels, value) in series {
            let mut one = metric.encode_family(&labels)?;
            let Durations {
                buckets,
                sum,
                count,
            } = value;
            one.encode_histogram::<NoLabelSet>(*sum, *count, buckets, None)?;
        }
        Ok(())
    }
}

impl Collector for Snapshot {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page(encoder);
        self.write_logins(&mut page)?;
        self.write_op(&mut page)?;
        self.write_http(&mut page)?;
        self.write_passwords(&mut page)?;
        self.write_store(&mut page)?;
        self.write_process(&mut page)
    }
}

impl Snapshot {
    fn write_logins(&self, page: &mut Page<'_>) -> fmt::Result {
        let logins = self.logins.iter().map(|((method, outcome), count)| {
            ([("method", method.as_str()), ("outcome", *outcome)], *count)
        });
        let help = "Logins that ended, by method, and by ok or the code of the error page.";
        page.counters("postern_logins", help, logins)?;
        let limited = self.limited.iter().map(|(kind, n)| ([("kind", *kind)], *n));
        let help = "Attempts that a rate limit refused, by what was tried.";
        page.counters("postern_rate_limited", help, limited)
    }

    fn write_op(&self, page: &mut Page<'_>) -> fmt::Result {
        let Some(op) = &self.op else {
            return Ok(());
        };
        let help = "Whether the OP could be used when it was last looked at: 1 or 0.";
        let reachable = f64::from(u8::from(op.is_reachable));
        page.gauge("postern_op_reachable", None, help, reachable)?;
        let help = "How long requests to the OP took, by endpoint and how they ended.";
        let (unit, histogram) = (Some(&Unit::Seconds), MetricType::Histogram);
        let name = "postern_op_request_duration";
        let metric = page.0.encode_descriptor(name, help, unit, histogram)?;
        op.requests.durations.encode(metric)
    }

    fn write_http(&self, page: &mut Page<'_>) -> fmt::Result {
        let requests = self.requests.iter().map(|(route, method, status, count)| {
            let labels = [
                ("route", route.as_str()),
                ("method", *method),
                ("status", *status),
            ];
            (labels, *count)
        });
        let help = "Requests that were answered, by route, method and class of status.";
        page.counters("postern_http_requests", help, requests)?;
        let durations = self.request_durations.iter();
        let durations = durations.map(|(route, took)| ([("route", route.as_str())], took));
        let help = "How long answers took, by route.";
        page.durations("postern_http_request_duration", help, durations)?;
        let help = "Open connections to the main listener.";
        page.gauge(
            "postern_http_connections",
            None,
            help,
            float(self.connections),
        )
    }

    fn write_passwords(&self, page: &mut Page<'_>) -> fmt::Result {
        let queue = &self.passwords;
        let help = "Passwords that wait for a core to be hashed on.";
        page.gauge(
            "postern_password_hashes_waiting",
            None,
            help,
            float(queue.waiting),
        )?;
        let help = "Passwords that are being hashed.";
        page.gauge(
            "postern_password_hashes_running",
            None,
            help,
            float(queue.running),
        )?;
        let help = "Passwords that were turned away, because too many waited.";
        let refused = [([], queue.refused)];
        page.counters("postern_password_hashes_refused", help, refused)?;
        let help = "How long the hashing of a password took, less the wait.";
        page.durations(
            "postern_password_hash_duration",
            help,
            [([], &queue.durations)],
        )
    }

    fn write_store(&self, page: &mut Page<'_>) -> fmt::Result {
        let help = "Whether the database answered this scrape, or one a moment ago: 1 or 0.";
        let is_up = f64::from(u8::from(self.totals.is_some()));
        page.gauge("postern_database_up", None, help, is_up)?;
        let Some(totals) = &self.totals else {
            return Ok(());
        };
        let help = "Sessions that are live.";
        page.gauge("postern_sessions", None, help, float(totals.sessions))?;
        let help = "Accounts, disabled ones included.";
        page.gauge("postern_accounts", None, help, float(totals.accounts))
    }

    fn write_process(&self, page: &mut Page<'_>) -> fmt::Result {
        let help = "The version that runs.";
        let info = MetricType::Info;
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        let mut build = page
            .0
            .encode_descriptor("postern_build", help, None, info)?;
        build.encode_info(&version)?;
        let (seconds, bytes) = (Some(&Unit::Seconds), Some(&Unit::Bytes));
        let help = "When the process started, in seconds since 1970.";
        #[expect(clippy::cast_precision_loss, reason = "exact for millions of years")]
        let started_at = self.started_at as f64;
        page.gauge("process_start_time", seconds, help, started_at)?;
        let process = &self.process;
        if let Some(cpu) = process.cpu_seconds {
            let help = "Processor time of all cores together.";
            let counter = MetricType::Counter;
            let mut metric = page
                .0
                .encode_descriptor("process_cpu", help, seconds, counter)?;
            metric.encode_counter::<NoLabelSet, _, u64>(&cpu, None)?;
        }
        if let Some(resident) = process.resident_bytes {
            let help = "Memory that is not paged out.";
            page.gauge("process_resident_memory", bytes, help, float(resident))?;
        }
        if let Some(open) = process.open_fds {
            page.gauge(
                "process_open_fds",
                None,
                "Open file descriptors.",
                float(open),
            )?;
        }
        if let Some(most) = process.max_fds {
            let help = "The most file descriptors that the process may open.";
            page.gauge("process_max_fds", None, help, float(most))?;
        }
        Ok(())
    }
}

/// Prometheus has no other numbers.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
fn float(number: u64) -> f64 {
    number as f64
}
