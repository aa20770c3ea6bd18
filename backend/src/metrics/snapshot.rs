//! All numbers at the moment in which somebody asks for them.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::numbers::{Counter, Durations};
use super::process::Process;
use super::{METHODS, STATUSES};
use crate::app::AppState;
use crate::limits::Guess;
use crate::store::Totals;
use oidc::metrics::OpMetrics;
use shared::session::LoginMethod;

/// How long what the store said is good enough: it counts rows, however often somebody asks.
const FRESH: Duration = Duration::from_secs(10);
/// How long the store is waited for. The other numbers matter most when it is slow.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the store said, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    at: Instant,
    totals: Option<Totals>,
}

/// The numbers.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) started_at: i64,
    pub(super) logins: Vec<((LoginMethod, &'static str), u64)>,
    pub(super) requests: Vec<(String, &'static str, &'static str, u64)>,
    pub(super) request_durations: Vec<(String, Durations)>,
    pub(super) connections: u64,
    pub(super) op: Option<Op>,
    pub(super) passwords: PasswordQueue,
    pub(super) limited: Vec<(&'static str, u64)>,
    /// `None` where the store did not say.
    pub(super) totals: Option<Totals>,
    pub(super) process: Process,
}

/// How the OP is.
#[derive(Debug)]
pub(super) struct Op {
    pub(super) is_reachable: bool,
    pub(super) requests: OpMetrics,
}

/// How the hashing of passwords goes.
#[derive(Debug)]
pub struct PasswordQueue {
    /// So many wait for a core.
    pub waiting: u64,
    /// So many have one.
    pub running: u64,
    /// So many were turned away.
    pub refused: u64,
    /// How long each of them had its core.
    pub durations: Durations,
}

impl Snapshot {
    /// Collects them. Waits for the store, but not long.
    pub async fn take(app: &AppState) -> Self {
        let metrics = &app.metrics;
        let op = app.provider().map(|provider| Op {
            is_reachable: provider.rp.unreachable_since().is_none(),
            requests: provider.rp.metrics().clone(),
        });
        let totals = totals(app).await;
        let logins = metrics.logins.lock();
        let logins = logins.unwrap_or_else(PoisonError::into_inner).clone();
        let (requests, request_durations) = requests(app);
        Self {
            started_at: metrics.started_at.unix(),
            logins: logins.into_iter().collect(),
            requests,
            request_durations,
            connections: metrics.connections.load(Ordering::Relaxed),
            op,
            passwords: app.passwords.queue(),
            limited: Guess::ALL
                .iter()
                .map(|guess| (guess.as_str(), app.limits.refused(*guess)))
                .collect(),
            totals,
            process: Process::read(),
        }
    }
}

/// Returns what the store says, or said a moment ago. One asks for all.
async fn totals(app: &AppState) -> Option<Totals> {
    let asked = async {
        let mut asked = app.metrics.asked.lock().await;
        if let Some(known) = *asked
            && known.at.elapsed() < FRESH
        {
            return known.totals;
        }
        let asking = app.store.totals(&app.config.sessions, app.clock.now());
        let totals = tokio::time::timeout(PATIENCE, asking).await;
        let totals = totals.ok().and_then(Result::ok);
        // One that does not answer is not asked again at once, either.
        let at = Instant::now();
        *asked = Some(Asked { at, totals });
        totals
    };
    // Whoever waits for one that waits for the store.
    tokio::time::timeout(2 * PATIENCE, asked).await.ok()?
}

type Requests = Vec<(String, &'static str, &'static str, u64)>;

fn requests(app: &AppState) -> (Requests, Vec<(String, Durations)>) {
    let routes = app.metrics.routes.read();
    let routes = routes.unwrap_or_else(PoisonError::into_inner);
    let mut answers = Vec::new();
    let mut durations = Vec::new();
    for (name, route) in &*routes {
        for (method, classes) in METHODS.iter().zip(&route.answers) {
            let classes = STATUSES.iter().zip(classes);
            let there = classes.map(|(status, counter): (_, &Counter)| (status, counter.get()));
            for (status, count) in there.filter(|(_, count)| *count > 0) {
                answers.push((name.to_string(), *method, *status, count));
            }
        }
        durations.push((name.to_string(), route.durations.read()));
    }
    answers.sort_unstable();
    durations.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    (answers, durations)
}
