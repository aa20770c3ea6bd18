//! What is counted, for `/metrics`. Every label comes from a closed set: nothing that a client sends
//! can make another series.
//!
//! Whoever does a thing counts it: the OP's client and the password hasher have their numbers, what
//! belongs to nobody else is in [`Metrics`]. [`snapshot`] collects all of it when somebody asks, and
//! [`exposition`] writes it down.

pub mod exposition;
pub mod numbers;
mod process;
pub mod snapshot;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use shared::error::ErrorCode;
use shared::login_error::LoginErrorCode;
use shared::session::LoginMethod;

use clock::Timestamp;
use numbers::{Counter, Histogram};
use snapshot::Asked;

/// The most routes that are told apart. The router has fewer; others would share a count.
const MAX_ROUTES: usize = 256;
/// What a request is counted under that no route matched.
const OTHER: &str = "other";
/// The outcome of a login that worked.
pub const OK: &str = "ok";

/// The numbers that belong to the application as a whole.
#[derive(Debug)]
pub struct Metrics {
    /// When the application was built.
    pub started_at: Timestamp,
    /// Open connections to the main listener.
    pub connections: AtomicU64,
    logins: Mutex<BTreeMap<(LoginMethod, &'static str), u64>>,
    routes: RwLock<HashMap<Box<str>, Route>>,
    /// What the store said last.
    asked: tokio::sync::Mutex<Option<Asked>>,
}

/// The requests of one route.
#[derive(Debug, Default)]
struct Route {
    /// By method and class of status.
    answers: [[Counter; STATUSES.len()]; METHODS.len()],
    durations: Histogram,
}

/// Methods that are told apart; the last stands for all others.
const METHODS: [&str; 8] = [
    "GET", "POST", "HEAD", "PATCH", "DELETE", "PUT", "OPTIONS", OTHER,
];
/// Classes of status.
const STATUSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

impl Metrics {
    /// Begins to count. Series that matter are there from the beginning, with nothing in them: from
    /// the second value on of one that is missing before, nobody can tell how much it grew.
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
        let methods = [
            LoginMethod::Password,
            LoginMethod::Openid,
            LoginMethod::WelcomeLink,
            LoginMethod::LoginLink,
        ];
        let good = methods.map(|method| (method, OK));
        let by_password = password.map(|code| (LoginMethod::Password, code.as_str()));
        let by_openid = LoginErrorCode::ALL.iter().filter(|code| {
            !matches!(
                code,
                LoginErrorCode::InvalidCredentials | LoginErrorCode::PasswordLoginDisabled
            )
        });
        let by_openid = by_openid.map(|code| (LoginMethod::Openid, code.as_str()));
        let keys = good.into_iter().chain(by_password).chain(by_openid);
        Self {
            started_at: now,
            connections: AtomicU64::new(0),
            logins: Mutex::new(keys.map(|key| (key, 0)).collect()),
            routes: RwLock::default(),
            asked: tokio::sync::Mutex::default(),
        }
    }

    /// Counts a login that ended, by [`OK`] or the code of what was wrong.
    pub fn login(&self, method: LoginMethod, outcome: &'static str) {
        let mut logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        *logins.entry((method, outcome)).or_default() += 1;
    }

    /// Counts a request. `route` is the template that matched; `None` where none did.
    pub fn answered(&self, route: Option<&str>, method: &str, status: u16, took: Duration) {
        let route = route.unwrap_or(OTHER);
        let count = |route: &Route| {
            let is_it = |known: &&str| *known == method;
            let method = METHODS.iter().position(is_it).unwrap_or(METHODS.len() - 1);
            let class = usize::from(status / 100).clamp(1, STATUSES.len()) - 1;
            route.answers[method][class].count();
            route.durations.observe(took);
        };
        {
            let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = routes.get(route) {
                return count(known);
            }
        }
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        let name = if routes.len() < MAX_ROUTES {
            route
        } else {
            OTHER
        };
        count(routes.entry(name.into()).or_default());
    }

    /// Notes how many connections are open.
    pub fn set_connections(&self, open: usize) {
        let open = u64::try_from(open).unwrap_or(u64::MAX);
        self.connections.store(open, Ordering::Relaxed);
    }
}
