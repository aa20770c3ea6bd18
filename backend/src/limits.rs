//! Rate limits on guesses: by account and by address.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use clock::Clock;

/// The most keys that are counted each by itself. Further keys share counts, so that memory stays
/// bounded and the limits still hold.
const MAX_KEYS: usize = 20_000;
/// How many counts further keys share.
const SHARED: u64 = 4_096;

/// What is being guessed. Each has its own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guess {
    /// A password, at the login page, in a confirmation or on the link page: one count, so that
    /// none of them is a way round another.
    Password,
    /// The setup token.
    SetupToken,
    /// The token of a welcome link.
    WelcomeLink,
    /// Nothing: a failure that is written to the audit trail, which anybody can cause.
    Failure,
}

impl Guess {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Password,
        Self::SetupToken,
        Self::WelcomeLink,
        Self::Failure,
    ];

    /// Returns what metrics call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SetupToken => "setup_token",
            Self::WelcomeLink => "welcome_link",
            Self::Failure => "audit_entry",
        }
    }
}

/// The limits.
pub struct Limits {
    refused: Family<[(&'static str, &'static str); 1], Counter>,
    by_account: Quotas,
    by_address: Quotas,
}

impl Limits {
    /// Returns the limits, with nothing counted.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        let limits = Self {
            refused: Family::default(),
            // Ten tries, then one every twenty seconds: some 4 000 a day.
            by_account: Quotas::new(10, 20, clock),
            // A household or an office behind one address.
            by_address: Quotas::new(40, 2, clock),
        };
        // Each count is there from the beginning.
        for guess in Guess::ALL {
            limits.refused(guess);
        }
        limits
    }

    /// Counts a guess at an account from an address.
    ///
    /// `account` is what the account is found by, in the form in which it is compared.
    ///
    /// # Errors
    /// How long to wait, if there were too many.
    pub fn check(
        &self,
        guess: Guess,
        account: Option<&str>,
        address: Option<IpAddr>,
    ) -> Result<(), Duration> {
        let address = address.map(|address| self.by_address.check(&(guess, network(address))));
        let limited = match (address, account) {
            (None | Some(Ok(())), Some(account)) => self.by_account.check(&(guess, account)),
            (address, _) => address.unwrap_or(Ok(())),
        };
        if limited.is_err() {
            self.refused(guess).inc();
        }
        limited
    }

    /// Returns the count of those that were refused.
    fn refused(&self, guess: Guess) -> Counter {
        let labels = [("kind", guess.as_str())];
        self.refused.get_or_create_owned(&labels)
    }

    /// Adds how many were refused to the metrics.
    pub fn register(&self, registry: &mut Registry) {
        let help = "Attempts that a rate limit refused, by what was tried";
        registry.register("postern_rate_limited", help, self.refused.clone());
    }
}

/// One quota for each key.
struct Quotas {
    limiter: RateLimiter<u64, DefaultKeyedStateStore<u64>, Steady, NoOpMiddleware<Nanos>>,
    clock: Steady,
    /// Keys are kept as hashes under a secret of this process: all of one size, and nobody can
    /// choose one that collides with somebody else's.
    hasher: RandomState,
    /// When the counts that have run out were last removed, in whole seconds of the clock.
    swept_at: AtomicU64,
}

impl Quotas {
    fn new(burst: u32, period: u64, clock: &Clock) -> Self {
        let clock = Steady {
            clock: clock.clone(),
            began: Instant::now(),
        };
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(Duration::from_secs(period))
            .unwrap_or_else(|| Quota::per_minute(burst))
            .allow_burst(burst);
        Self {
            limiter: RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone()),
            clock,
            hasher: RandomState::new(),
            swept_at: AtomicU64::new(0),
        }
    }

    fn check(&self, key: &impl Hash) -> Result<(), Duration> {
        let now = self.clock.now();
        let mut key = self.hasher.hash_one(key);
        if self.limiter.len() >= MAX_KEYS {
            self.sweep(now);
            if self.limiter.len() >= MAX_KEYS {
                key %= SHARED;
            }
        }
        let limited = self.limiter.check_key(&key);
        limited.map_err(|until| until.wait_time_from(now))
    }

    /// Removes the counts that have run out, at most once a second: it looks at all of them.
    fn sweep(&self, now: Nanos) {
        let second = Duration::from(now).as_secs() + 1;
        if self.swept_at.swap(second, Ordering::Relaxed) != second {
            self.limiter.retain_recent();
        }
    }
}

/// The server's clock if a test sets it, else one that never jumps.
#[derive(Debug, Clone)]
struct Steady {
    clock: Clock,
    began: Instant,
}

impl governor::clock::Clock for Steady {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let elapsed = match &self.clock {
            Clock::System => self.began.elapsed(),
            Clock::Fixed(_) => {
                Duration::from_secs(u64::try_from(self.clock.now().unix()).unwrap_or_default())
            }
        };
        elapsed.into()
    }
}

/// Returns what is counted as one client: an IPv4 address, or the /64 of an IPv6 household.
fn network(address: IpAddr) -> IpAddr {
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
mod tests {
    use super::{Guess, Limits, MAX_KEYS, SHARED, network};
    use clock::{Clock, Timestamp};
    use std::time::Duration;

    fn clock() -> Clock {
        Clock::fixed(Timestamp::from_unix(1_000_000))
    }

    #[test]
    fn an_account_has_ten_tries_from_wherever() {
        let limits = Limits::new(&clock());
        for n in 0..10_u8 {
            let address = Some([10, 0, 0, n].into());
            assert!(
                limits
                    .check(Guess::Password, Some("alice"), address)
                    .is_ok()
            );
        }
        assert!(limits.check(Guess::Password, Some("alice"), None).is_err());
        assert!(limits.check(Guess::Password, Some("bob"), None).is_ok());
        assert!(limits.check(Guess::SetupToken, Some("alice"), None).is_ok());
    }

    #[test]
    fn time_gives_tries_back() {
        let clock = clock();
        let limits = Limits::new(&clock);
        let check = || limits.check(Guess::Password, Some("alice"), None);
        for _ in 0..10 {
            assert!(check().is_ok());
        }

        assert_eq!(check(), Err(Duration::from_secs(20)));

        clock.advance(Duration::from_secs(19));
        assert_eq!(check(), Err(Duration::from_secs(1)));
        clock.advance(Duration::from_secs(1));
        assert!(check().is_ok());
        assert!(check().is_err());
    }

    #[test]
    fn memory_is_bounded_and_limits_hold_all_the_same() {
        let clock = clock();
        let limits = Limits::new(&clock);
        for n in 0..100_000_u32 {
            let _ = limits.check(Guess::Password, Some(&n.to_string()), None);
        }

        let kept = limits.by_account.limiter.len();

        let most = MAX_KEYS + usize::try_from(SHARED).unwrap_or(usize::MAX);
        assert!((MAX_KEYS..=most).contains(&kept), "{kept}");
        let tries = (0..20).map(|_| limits.check(Guess::Password, Some("alice"), None));
        assert!(tries.flatten().count() <= 10);
        // An hour later all of them have run out.
        clock.advance(Duration::from_secs(3600));
        assert!(limits.check(Guess::Password, Some("alice"), None).is_ok());
        assert_eq!(limits.by_account.limiter.len(), 1);
    }

    #[test]
    fn ipv6_counts_by_64() {
        let parse = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(parse("2001:db8:1:2:3:4:5:6"), parse("2001:db8:1:2:ffff::1"));
        assert_ne!(parse("2001:db8:1:2::1"), parse("2001:db8:1:3::1"));
        assert_eq!(parse("::ffff:192.0.2.1"), parse("192.0.2.1"));
    }
}
