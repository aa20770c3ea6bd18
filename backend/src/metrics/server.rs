//! The metrics that belong to the server as a whole: its logins, requests and connections.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use shared::error::ErrorCode;
use shared::failure::FailureCode;
use shared::session::LoginMethod;

use super::duration::{Durations, histogram};
use super::totals::TotalsCache;
use clock::Timestamp;

/// The route of an unmatched request, and an unusual method.
const OTHER: &str = "other";
/// The outcome of a login that succeeded.
pub const OK: &str = "ok";

/// The metrics that belong to the server as a whole.
#[derive(Debug)]
pub struct Metrics {
    /// The sessions and accounts in the database.
    pub totals: TotalsCache,
    started_at: Timestamp,
    connections: Gauge,
    logins: Family<Login, Counter>,
    requests: Family<Request, Counter>,
    request_durations: Durations<Route>,
    /// The series of the routes that were asked for.
    routes: RwLock<HashMap<Arc<str>, Arc<Series>>>,
}

/// The series of one route, found once: to find them by their labels costs more than to count.
#[derive(Debug)]
pub struct Series {
    route: Arc<str>,
    durations: Histogram,
    /// By method, of which the last is [`OTHER`], and by class of status.
    requests: [[OnceLock<Counter>; STATUSES.len()]; METHODS.len() + 1],
}

/// The labels of a login that ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Login {
    method: &'static str,
    /// [`OK`], or the code of the error page.
    outcome: &'static str,
}

/// The labels of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    /// The template that matched: the router has some dozens.
    route: Arc<str>,
    method: &'static str,
    status: &'static str,
}

/// The label of a request's duration.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: Arc<str>,
}

/// The methods that are counted separately; all others are [`OTHER`].
const METHODS: [&str; 7] = ["GET", "POST", "HEAD", "PATCH", "DELETE", "PUT", "OPTIONS"];
/// Classes of status.
const STATUSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

impl Metrics {
    /// Starts counting. Important series exist from the beginning with zero: if the first value of
    /// a series is missing, nobody can tell how much it grew.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let password = [
            ErrorCode::InvalidCredentials,
            ErrorCode::AccountDisabled,
            ErrorCode::PasswordLoginDisabled,
            ErrorCode::RateLimited,
            ErrorCode::Unavailable,
            ErrorCode::Internal,
        ];
        let good = LoginMethod::ALL.map(|method| (method, OK));
        let by_password = password.map(|code| (LoginMethod::Password, code.as_str()));
        let by_openid = FailureCode::ON_LOGIN_PAGE.iter().filter(|code| {
            !matches!(
                code,
                FailureCode::InvalidCredentials | FailureCode::PasswordLoginDisabled
            )
        });
        let by_openid = by_openid.map(|code| (LoginMethod::Openid, code.as_str()));
        let metrics = Self {
            totals: TotalsCache::default(),
            started_at: now,
            connections: Gauge::default(),
            logins: Family::default(),
            requests: Family::default(),
            request_durations: Family::new_with_constructor(histogram),
            routes: RwLock::default(),
        };
        for (method, outcome) in good.into_iter().chain(by_password).chain(by_openid) {
            metrics.logins_by(method, outcome);
        }
        // The crate leaves out a metric without a series.
        metrics.series(None).count(&metrics.requests, 0, 3);
        metrics
    }

    /// Returns the count of logins with that outcome.
    fn logins_by(&self, method: LoginMethod, outcome: &'static str) -> Counter {
        let method = method.as_str();
        self.logins.get_or_create_owned(&Login { method, outcome })
    }

    /// Counts a login that ended, by [`OK`] or the code of the failure.
    pub fn login(&self, method: LoginMethod, outcome: &'static str) {
        self.logins_by(method, outcome).inc();
    }

    /// Counts a request to this route.
    pub fn answered(&self, series: &Series, method: &str, status: u16, took: Duration) {
        let method = METHODS.iter().position(|known| *known == method);
        let class = usize::from(status / 100).clamp(1, STATUSES.len()) - 1;
        let requests = series.count(&self.requests, method.unwrap_or(METHODS.len()), class);
        requests.inc();
        series.durations.observe(took.as_secs_f64());
    }

    /// Returns the series of a route, the template that matched; `None` if none did. They begin when
    /// it is asked for first.
    pub fn series(&self, route: Option<&str>) -> Arc<Series> {
        let route = route.unwrap_or(OTHER);
        let known = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.get(route) {
            return Arc::clone(series);
        }
        drop(known);
        let route: Arc<str> = route.into();
        let labels = Route {
            route: Arc::clone(&route),
        };
        let series = Arc::new(Series {
            durations: self.request_durations.get_or_create_owned(&labels),
            requests: Default::default(),
            route: Arc::clone(&route),
        });
        let mut known = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(route).or_insert(series))
    }

    /// Records how many connections are open.
    pub fn set_connections(&self, open: usize) {
        self.connections
            .set(i64::try_from(open).unwrap_or(i64::MAX));
    }

    /// Adds all but the totals.
    pub fn register(&self, registry: &mut Registry) {
        let help = "Logins that ended, by method, and by ok or the code of the error page";
        registry.register("postern_logins", help, self.logins.clone());
        let help = "Requests that were answered, by route, method and class of status";
        registry.register("postern_http_requests", help, self.requests.clone());
        let (name, help) = (
            "postern_http_request_duration",
            "How long answers took, by route",
        );
        let durations = self.request_durations.clone();
        registry.register_with_unit(name, help, Unit::Seconds, durations);
        let help = "Open connections to the main listener";
        registry.register("postern_http_connections", help, self.connections.clone());
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("postern_build", "The version that runs", version);
        let help = "When the process started, in seconds since 1970";
        let started_at = ConstGauge::new(self.started_at.unix());
        registry.register_with_unit("process_start_time", help, Unit::Seconds, started_at);
    }
}

impl Series {
    /// Returns the label of the route.
    #[must_use]
    pub fn route(&self) -> &Arc<str> {
        &self.route
    }

    /// Returns the count of requests by this method, as a place in [`METHODS`], that were answered with
    /// this class of status, as one in [`STATUSES`].
    fn count(&self, all: &Family<Request, Counter>, method: usize, class: usize) -> &Counter {
        self.requests[method][class].get_or_init(|| {
            all.get_or_create_owned(&Request {
                route: Arc::clone(&self.route),
                method: METHODS.get(method).unwrap_or(&OTHER),
                status: STATUSES[class],
            })
        })
    }
}
