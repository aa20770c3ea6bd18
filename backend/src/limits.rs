//! Rate limits on guesses. What is right costs nothing: only those who guess wrong use up their tries.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use uuid::Uuid;

use crate::account::AccountId;
use clock::Clock;

/// The most keys that are counted each by itself. Further keys share counts, so that memory stays
/// bounded and the limits still hold.
const MAX_KEYS: usize = 20_000;
/// How many counts further keys share.
const SHARED: u64 = 4_096;

/// What is being guessed. Each has its own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guess {
    /// A password, at the login page, in a confirmation or on the link page.
    Password,
    /// The setup token.
    SetupToken,
    /// The token of a welcome link.
    WelcomeLink,
}

impl Guess {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Password, Self::SetupToken, Self::WelcomeLink];

    /// Returns what metrics call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SetupToken => "setup_token",
            Self::WelcomeLink => "welcome_link",
        }
    }
}

/// What metrics call a failure that is not written to the audit trail.
const AUDIT_ENTRY: &str = "audit_entry";

/// Who guesses, as far as that is counted.
#[derive(Debug, Clone, Copy)]
pub enum Guesser<'a> {
    /// Anybody: counted for the account and for the address.
    Stranger {
        /// What the account is found by, in the form in which it is compared.
        account: Option<&'a str>,
        /// Where the guess comes from.
        address: Option<IpAddr>,
    },
    /// A browser that has logged in to this account before, or a session of it, by its id. It has a
    /// count of its own: what strangers guess does not lock it out.
    Known(Uuid, AccountId),
}

impl Guesser<'_> {
    /// Returns the counts that a guess belongs to, by name.
    pub(crate) fn counts(self, guess: Guess) -> Vec<(String, Quota)> {
        let guess = guess.as_str();
        match self {
            Self::Known(id, account) => vec![(format!("{guess} known {id} {account}"), BY_ACCOUNT)],
            Self::Stranger { account, address } => {
                let address = address.map(network);
                let address = address.map(|it| (format!("{guess} address {it}"), BY_ADDRESS));
                let account = account.map(|it| (format!("{guess} account {it}"), BY_ACCOUNT));
                address.into_iter().chain(account).collect()
            }
        }
    }
}

/// So many tries at once, and one more each period (the generic cell rate algorithm).
#[derive(Debug, Clone, Copy)]
pub struct Quota {
    /// How many at once.
    pub burst: u32,
    /// After how long there is one more.
    pub period: Duration,
}

/// Ten tries, then one every twenty seconds: some 4 000 a day.
const BY_ACCOUNT: Quota = Quota::new(10, 20);
/// A household or an office behind one address.
const BY_ADDRESS: Quota = Quota::new(40, 2);

impl Quota {
    const fn new(burst: u32, seconds: u64) -> Self {
        let period = Duration::from_secs(seconds);
        Self { burst, period }
    }

    /// Returns how long another try must wait, if this much is used; `None` if it need not.
    pub(crate) fn excess(self, used: Duration) -> Option<Duration> {
        let excess = (used + self.period).saturating_sub(self.period * self.burst);
        (!excess.is_zero()).then_some(excess)
    }
}

/// A guess that was let through. It costs a try unless it is forgiven.
#[derive(Debug)]
#[must_use]
pub struct Attempt<'a>(Vec<Taken<'a>>);

impl Attempt<'_> {
    /// Takes nothing for it: it was right, or nobody looked at it.
    pub fn forgive(mut self) {
        for taken in &mut self.0 {
            taken.costs = false;
        }
    }
}

/// A try that is taken until it is known what became of it.
#[derive(Debug)]
struct Taken<'a> {
    quotas: &'a Quotas,
    key: u64,
    costs: bool,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.quotas.end(self.key, self.costs);
    }
}

/// The limits.
pub struct Limits {
    refused: Family<[(&'static str, &'static str); 1], Counter>,
    by_account: Quotas,
    by_address: Quotas,
    by_known: Quotas,
    /// Failures that anybody can make any number of, by address and all together.
    failures_by_address: Quotas,
    failures: Quotas,
    /// Failed guesses all together. Apart, so that no other failure keeps one out.
    failed_guesses: Quotas,
}

impl Limits {
    /// Returns the limits, with nothing counted.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        let of = |quota, at_once| Quotas::new(quota, at_once, clock);
        let quotas = |burst, seconds| of(Quota::new(burst, seconds), 0);
        let limits = Self {
            refused: Family::default(),
            by_account: of(BY_ACCOUNT, 10),
            by_known: of(BY_ACCOUNT, 10),
            // They may come all at once.
            by_address: of(BY_ADDRESS, 100),
            failures_by_address: of(BY_ADDRESS, 0),
            // What strangers make of the audit trail stays below some 100 MB: they are kept for 90 days.
            failures: quotas(2_000, 30),
            failed_guesses: quotas(5_000, 20),
        };
        // Each count is there from the beginning.
        for kind in Guess::ALL
            .map(Guess::as_str)
            .into_iter()
            .chain([AUDIT_ENTRY])
        {
            limits.count_of_refused(kind);
        }
        limits
    }

    /// Lets a guess through.
    ///
    /// # Errors
    /// How long to wait, if there were too many.
    pub fn check(&self, guess: Guess, guesser: Guesser<'_>) -> Result<Attempt<'_>, Duration> {
        let begun = match guesser {
            Guesser::Known(id, account) => self
                .by_known
                .begin(&(guess, id, account))
                .map(|taken| vec![taken]),
            Guesser::Stranger { account, address } => {
                let address = address.map(|address| (guess, network(address)));
                let address = address.map(|key| self.by_address.begin(&key)).transpose();
                address.and_then(|address| {
                    let account = account.map(|account| self.by_account.begin(&(guess, account)));
                    match account.transpose() {
                        Ok(account) => Ok(address.into_iter().chain(account).collect()),
                        // What was not looked at was no guess.
                        Err(wait) => {
                            Attempt(address.into_iter().collect()).forgive();
                            Err(wait)
                        }
                    }
                })
            }
        };
        begun.map(Attempt).inspect_err(|_| {
            self.refused(guess).inc();
        })
    }

    /// Returns whether a failed guess is to be written to the audit trail. Their own limits let few
    /// through from each network, and this few from all of them.
    pub fn may_record_guess(&self) -> bool {
        self.record(self.failed_guesses.count(&()))
    }

    /// Returns whether a failure is to be written to the audit trail that anybody can make any number
    /// of.
    pub fn may_record(&self, address: Option<IpAddr>) -> bool {
        let by_address = address.map(|address| self.failures_by_address.count(&network(address)));
        self.record(
            by_address
                .unwrap_or(Ok(()))
                .and_then(|()| self.failures.count(&())),
        )
    }

    fn record(&self, counted: Result<(), Duration>) -> bool {
        if counted.is_err() {
            self.count_of_refused(AUDIT_ENTRY).inc();
        }
        counted.is_ok()
    }

    /// Returns the count of guesses that were refused.
    pub(crate) fn refused(&self, guess: Guess) -> Counter {
        self.count_of_refused(guess.as_str())
    }

    fn count_of_refused(&self, kind: &'static str) -> Counter {
        self.refused.get_or_create_owned(&[("kind", kind)])
    }

    /// Adds how many were refused to the metrics.
    pub fn register(&self, registry: &mut Registry) {
        let help = "Attempts that a rate limit refused, by what was tried";
        registry.register("postern_rate_limited", help, self.refused.clone());
    }
}

/// One quota for each key. A try can be given back, and those that are under way count too; crates for it know
/// neither.
#[derive(Debug)]
struct Quotas {
    quota: Quota,
    /// How many may be under way before they count: nobody knows yet whether they are wrong.
    at_once: u32,
    counts: Mutex<Counts>,
    clock: Steady,
    /// Keys are kept as hashes under a secret of this process: all of one size, and nobody can
    /// choose one that collides with somebody else's.
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Counts {
    by_key: HashMap<u64, Count>,
    /// When the counts that have run out were last removed, in whole seconds of the clock.
    swept_at: Option<u64>,
}

#[derive(Debug, Default)]
struct Count {
    /// When all is forgotten, by the clock.
    until: Duration,
    /// How many tries are under way.
    pending: u32,
}

impl Quotas {
    fn new(quota: Quota, at_once: u32, clock: &Clock) -> Self {
        Self {
            quota,
            at_once,
            counts: Mutex::default(),
            clock: Steady {
                clock: clock.clone(),
                began: Instant::now(),
            },
            hasher: RandomState::new(),
        }
    }

    /// Begins a try.
    ///
    /// # Errors
    /// How long to wait.
    fn begin(&self, key: &impl Hash) -> Result<Taken<'_>, Duration> {
        let now = self.clock.now();
        let mut key = self.hasher.hash_one(key);
        let mut counts = self.counts();
        if counts.by_key.len() >= MAX_KEYS && !counts.by_key.contains_key(&key) {
            counts.sweep(now);
            if counts.by_key.len() >= MAX_KEYS {
                key %= SHARED;
            }
        }
        let count = counts.by_key.entry(key).or_default();
        let pending = count.pending.saturating_sub(self.at_once);
        let used = count.until.saturating_sub(now) + self.quota.period * pending;
        if let Some(excess) = self.quota.excess(used) {
            return Err(excess);
        }
        count.pending += 1;
        drop(counts);
        Ok(Taken {
            quotas: self,
            key,
            costs: true,
        })
    }

    /// Ends a try.
    fn end(&self, key: u64, costs: bool) {
        let now = self.clock.now();
        let mut counts = self.counts();
        let Some(count) = counts.by_key.get_mut(&key) else {
            return;
        };
        count.pending = count.pending.saturating_sub(1);
        if costs {
            count.until = count.until.max(now) + self.quota.period;
        }
        if count.has_run_out(now) {
            counts.by_key.remove(&key);
        }
    }

    /// Counts one that is over at once.
    ///
    /// # Errors
    /// How long to wait.
    fn count(&self, key: &impl Hash) -> Result<(), Duration> {
        self.begin(key).map(drop)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// Removes the counts that have run out, at most once a second: it looks at all of them.
    fn sweep(&mut self, now: Duration) {
        if self.swept_at.replace(now.as_secs()) != Some(now.as_secs()) {
            self.by_key.retain(|_, count| !count.has_run_out(now));
        }
    }
}

impl Count {
    fn has_run_out(&self, now: Duration) -> bool {
        self.pending == 0 && self.until <= now
    }
}

/// The server's clock if a test sets it, else one that never jumps.
#[derive(Debug, Clone)]
struct Steady {
    clock: Clock,
    began: Instant,
}

impl Steady {
    /// Returns the time, from a beginning that does not matter.
    fn now(&self) -> Duration {
        match &self.clock {
            Clock::System => self.began.elapsed(),
            Clock::Fixed(_) => {
                Duration::from_secs(u64::try_from(self.clock.now().unix()).unwrap_or_default())
            }
        }
    }
}

/// Returns what is counted as one client: an IPv4 address, or the /64 of an IPv6 household.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            let network = IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0));
            v6.to_ipv4_mapped().map_or(network, IpAddr::V4)
        }
    }
}

#[cfg(test)]
mod tests;
