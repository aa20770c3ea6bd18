//! How many sessions and accounts the database has.

use std::time::{Duration, Instant};

use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::config::SessionConfig;
use crate::store::{Store, Totals};
use clock::Timestamp;

/// How long an answer of the database is used, however often somebody asks: counting rows is work.
const FRESH: Duration = Duration::from_secs(10);
/// How long the database may take. The other metrics matter most when it is slow.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The last answer of the database.
#[derive(Debug, Default)]
pub struct TotalsCache(Mutex<Option<Answer>>);

/// What the database answered, and when.
#[derive(Debug, Clone, Copy)]
struct Answer {
    at: Instant,
    /// `None` if it failed, or did not answer in time.
    totals: Option<Totals>,
}

impl TotalsCache {
    /// Adds the totals. Waits for the database, but not for long; without an answer, the registry
    /// gets no totals.
    pub async fn register(
        &self,
        registry: &mut Registry,
        store: &Store,
        sessions: &SessionConfig,
        now: Timestamp,
    ) {
        // One scrape may wait for another, which waits for the database.
        let totals = timeout(2 * TIMEOUT, self.get(store, sessions, now)).await;
        let totals = totals.ok().flatten();
        let is_up = ConstGauge::new(u32::from(totals.is_some()));
        let help = "Whether the database answered this scrape, or one a moment ago: 1 or 0";
        registry.register("postern_database_up", help, is_up);
        if let Some(Totals { sessions, accounts }) = totals {
            let help = "Sessions that are live";
            registry.register("postern_sessions", help, ConstGauge::new(sessions));
            let help = "Accounts, disabled ones included";
            registry.register("postern_accounts", help, ConstGauge::new(accounts));
        }
    }

    /// Returns the totals, which may be a moment old. At most one caller asks the database at once.
    async fn get(&self, store: &Store, sessions: &SessionConfig, now: Timestamp) -> Option<Totals> {
        let mut last = self.0.lock().await;
        if let Some(answer) = *last
            && answer.at.elapsed() < FRESH
        {
            return answer.totals;
        }
        let totals = timeout(TIMEOUT, store.totals(sessions, now)).await;
        let totals = totals.ok().and_then(Result::ok);
        // If the database did not answer, it is not asked again at once either.
        let at = Instant::now();
        *last = Some(Answer { at, totals });
        totals
    }
}
