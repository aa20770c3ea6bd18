//! Rate limits on everything that guesses: by account and by address.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// More keys than this are swept, so that memory stays bounded whatever comes in.
const MAX_KEYS: usize = 20_000;

/// What is being guessed. Each has its own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guess {
    /// A password, at the login page, in a confirmation or on the link page: one count, so that
    /// none of them is a way round another.
    Password,
    /// The setup token.
    SetupToken,
    /// Nothing: a failure that is written down, of which anybody can make some.
    Failure,
}

/// The limits.
pub struct Limits {
    by_account: DefaultKeyedRateLimiter<(Guess, String)>,
    by_address: DefaultKeyedRateLimiter<(Guess, IpAddr)>,
    clock: DefaultClock,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

impl Limits {
    /// Returns the limits, with nothing counted.
    ///
    /// # Panics
    /// Never: the numbers are not zero.
    #[must_use]
    pub fn new() -> Self {
        let quota = |burst: u32, period: u64| {
            let burst = NonZeroU32::new(burst).expect("not zero");
            let quota = Quota::with_period(Duration::from_secs(period)).expect("not zero");
            quota.allow_burst(burst)
        };
        Self {
            // Ten tries, then one every twenty seconds: some 4 000 a day.
            by_account: RateLimiter::keyed(quota(10, 20)),
            // A household or an office behind one address.
            by_address: RateLimiter::keyed(quota(40, 2)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a guess at an account from an address.
    ///
    /// `account` is what the account is found by, in the form in which it is compared.
    ///
    /// # Errors
    /// How long to wait, where there were too many.
    pub fn check(
        &self,
        guess: Guess,
        account: Option<&str>,
        address: Option<IpAddr>,
    ) -> Result<(), Duration> {
        self.sweep();
        let now = self.clock.now();
        if let Some(address) = address {
            let limited = self.by_address.check_key(&(guess, network(address)));
            limited.map_err(|until| until.wait_time_from(now))?;
        }
        if let Some(account) = account {
            let limited = self.by_account.check_key(&(guess, account.to_owned()));
            limited.map_err(|until| until.wait_time_from(now))?;
        }
        Ok(())
    }

    fn sweep(&self) {
        if self.by_account.len() > MAX_KEYS {
            self.by_account.retain_recent();
        }
        if self.by_address.len() > MAX_KEYS {
            self.by_address.retain_recent();
        }
    }
}

/// Who counts as one: an IPv4 address, or the /64 that one IPv6 household has.
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
    use super::{Guess, Limits, network};

    #[test]
    fn an_account_has_ten_tries_from_wherever() {
        let limits = Limits::new();
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
    fn ipv6_counts_by_64() {
        let parse = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(parse("2001:db8:1:2:3:4:5:6"), parse("2001:db8:1:2:ffff::1"));
        assert_ne!(parse("2001:db8:1:2::1"), parse("2001:db8:1:3::1"));
        assert_eq!(parse("::ffff:192.0.2.1"), parse("192.0.2.1"));
    }
}
