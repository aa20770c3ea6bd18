//! One piece of work for all who want it while it is under way, its failure included.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

/// The work that is under way, if any is.
pub(super) struct SingleFlight<T>(Mutex<Option<Arc<OnceCell<T>>>>);

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> SingleFlight<T> {
    /// Does the work, or waits for the one who does it already, and returns what came of it.
    ///
    /// Where the one who does it goes away, the next in line begins anew.
    pub(super) async fn run(&self, work: impl Future<Output = T>) -> T {
        let flight = Arc::clone(self.slot().get_or_insert_with(Arc::default));
        let outcome = flight.get_or_init(|| work).await.clone();
        let mut slot = self.slot();
        // Those who come now want news; another flight may have begun already.
        if slot
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, &flight))
        {
            *slot = None;
        }
        outcome
    }

    fn slot(&self) -> MutexGuard<'_, Option<Arc<OnceCell<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::SingleFlight;
    use std::cell::Cell;

    #[tokio::test]
    async fn who_waits_shares_the_outcome_and_who_comes_later_does_not() {
        let flight = SingleFlight::default();
        let runs = Cell::new(0);
        let work = || async {
            runs.set(runs.get() + 1);
            tokio::task::yield_now().await;
            runs.get()
        };

        let (one, other) = tokio::join!(flight.run(work()), flight.run(work()));
        let later = flight.run(work()).await;

        assert_eq!((one, other, later), (1, 1, 2));
    }

    #[tokio::test]
    async fn who_goes_away_leaves_the_work_to_the_next() {
        let flight = SingleFlight::default();
        let gone = tokio::time::timeout(
            std::time::Duration::ZERO,
            flight.run(std::future::pending::<u8>()),
        );
        assert!(gone.await.is_err());

        assert_eq!(flight.run(async { 7 }).await, 7);
    }
}
