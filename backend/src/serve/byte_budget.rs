//! How many bytes of requests that are not whole yet are held: over all connections, and for each
//! client.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::sync::Notify;

/// The most bytes of all requests together; in memory they take up to five times as much. A whole
/// request of the page has some thousand, and is there at once.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The most of one client: it may be an office behind one address.
const MAX_SHARE: usize = 2 * 1024 * 1024;

/// What is held. Whoever can close connections waits for [`ByteBudget::exceeded`].
#[derive(Debug, Default)]
pub(super) struct ByteBudget {
    held: Mutex<Held>,
    /// How many bytes there are together, to be read without the lock.
    bytes: AtomicUsize,
    exceeded: Notify,
}

#[derive(Debug, Default)]
struct Held {
    bytes: usize,
    by_client: HashMap<IpAddr, usize>,
    /// The connections that read on once there is room again, by client and by their numbers.
    waiting: BTreeMap<Option<IpAddr>, BTreeMap<u64, Waker>>,
    /// The number of the next connection.
    next: u64,
}

impl Held {
    fn is_exceeded(&self, client: Option<IpAddr>) -> bool {
        let share = client.and_then(|client| self.by_client.get(&client));
        self.bytes > MAX_BYTES || share.is_some_and(|share| *share > MAX_SHARE)
    }

    fn release(&mut self, client: Option<IpAddr>, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
        if let Some(client) = client
            && let Some(share) = self.by_client.get_mut(&client)
        {
            *share = share.saturating_sub(bytes);
            if *share == 0 {
                self.by_client.remove(&client);
            }
        }
    }

    /// Takes out the first of those that wait and for which there is room.
    fn next_to_read(&mut self) -> Option<Waker> {
        let mut clients = self.waiting.keys().copied();
        let client = clients.find(|client| !self.is_exceeded(*client))?;
        let waiting = self.waiting.get_mut(&client)?;
        let first = waiting.pop_first();
        if waiting.is_empty() {
            self.waiting.remove(&client);
        }
        first.map(|(_, waker)| waker)
    }
}

impl ByteBudget {
    /// Notes that so many more are held, for a client if it has a share of its own.
    pub(super) fn add(&self, client: Option<IpAddr>, bytes: usize) {
        let mut held = self.held();
        held.bytes += bytes;
        self.bytes.store(held.bytes, Ordering::Release);
        if let Some(client) = client {
            *held.by_client.entry(client).or_default() += bytes;
        }
        if held.is_exceeded(client) {
            self.exceeded.notify_one();
        }
    }

    /// Returns the number of a new connection.
    pub(super) fn number(&self) -> u64 {
        let mut held = self.held();
        held.next += 1;
        held.next
    }

    /// Waits until there is room for more, for this client if it has a share of its own. Who reads
    /// without asking takes what is there before anybody can be closed.
    pub(super) fn poll_room(
        &self,
        number: u64,
        client: Option<IpAddr>,
        cx: &Context<'_>,
    ) -> Poll<()> {
        // Nobody can have more than all together, and that is almost always little.
        if self.bytes.load(Ordering::Acquire) <= MAX_SHARE {
            return Poll::Ready(());
        }
        let mut held = self.held();
        if held.is_exceeded(client) {
            let waiting = held.waiting.entry(client).or_default();
            waiting.insert(number, cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(())
    }

    /// Notes that a connection has read what it waited for. It wakes the next one: to wake all at
    /// once would cost as much as there are, for each of them.
    pub(super) fn has_read(&self) {
        wake_next(self.held());
    }

    /// Notes that a connection has ended, which held so many.
    pub(super) fn end(&self, number: u64, client: Option<IpAddr>, bytes: usize) {
        let mut held = self.held();
        if let Some(waiting) = held.waiting.get_mut(&client) {
            waiting.remove(&number);
            if waiting.is_empty() {
                held.waiting.remove(&client);
            }
        }
        self.release(held, client, bytes);
    }

    /// Notes that so many are no longer held.
    pub(super) fn remove(&self, client: Option<IpAddr>, bytes: usize) {
        self.release(self.held(), client, bytes);
    }

    fn release(&self, mut held: MutexGuard<'_, Held>, client: Option<IpAddr>, bytes: usize) {
        held.release(client, bytes);
        self.bytes.store(held.bytes, Ordering::Release);
        wake_next(held);
    }

    /// Waits until there is more than there may be.
    pub(super) async fn exceeded(&self) {
        self.exceeded.notified().await;
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wake_next(mut held: MutexGuard<'_, Held>) {
    let next = held.next_to_read();
    drop(held);
    if let Some(next) = next {
        next.wake();
    }
}

/// Returns which of those that hold bytes have to go, as places in the list, so that a quarter of
/// what may be held is free again. The list begins with those that have taken longest: they go
/// first, so that who is quick is never among them.
pub(super) fn too_much(slowest_first: &[(Option<IpAddr>, usize)]) -> Vec<usize> {
    let mut total: usize = slowest_first.iter().map(|(_, bytes)| bytes).sum();
    let mut shares: HashMap<IpAddr, usize> = HashMap::new();
    for (client, bytes) in slowest_first {
        if let Some(client) = client {
            *shares.entry(*client).or_default() += bytes;
        }
    }
    let is_over = |held: usize, most: usize| held > most;
    let over: Vec<IpAddr> = shares
        .iter()
        .filter(|(_, held)| is_over(**held, MAX_SHARE))
        .map(|(client, _)| *client)
        .collect();
    let mut going = Vec::new();
    for (place, (client, bytes)) in slowest_first.iter().enumerate() {
        let Some(client) = client.filter(|client| over.contains(client)) else {
            continue;
        };
        let share = shares.entry(client).or_default();
        if *bytes > 0 && is_over(*share, MAX_SHARE / 4 * 3) {
            *share -= bytes;
            total -= bytes;
            going.push(place);
        }
    }
    if is_over(total, MAX_BYTES) {
        for (place, (_, bytes)) in slowest_first.iter().enumerate() {
            if *bytes > 0 && is_over(total, MAX_BYTES / 4 * 3) && !going.contains(&place) {
                total -= bytes;
                going.push(place);
            }
        }
    }
    going
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, MAX_SHARE, too_much};
    use std::net::IpAddr;

    fn address(last: u8) -> IpAddr {
        [10, 0, 0, last].into()
    }

    #[test]
    fn those_who_are_slowest_go_until_there_is_room() {
        let each = MAX_BYTES / 10;
        let within = vec![(None, each); 10];
        let above = vec![(None, each); 12];

        assert_eq!(too_much(&within), [0_usize; 0]);
        assert_eq!(too_much(&above), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn client_that_takes_more_than_its_share_costs_nobody_else_a_connection() {
        let each = MAX_SHARE / 4;
        let mut all = vec![(Some(address(1)), each), (Some(address(2)), each)];
        all.extend(vec![(Some(address(3)), each); 5]);

        assert_eq!(too_much(&all), [2, 3]);
    }
}
