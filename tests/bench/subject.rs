//! What is measured in interleaved rounds: what else the machine does then meets all alike. Of each, the
//! medians count.

use anyhow::{Context as _, Result};

use super::machine::{Bench, median};

/// How often each is measured: often and shortly, since a shared machine is quicker in one minute than
/// in another.
const ROUNDS: usize = 9;
/// For how many seconds in each round.
const SECONDS: u64 = 2;

/// One that is measured.
pub(super) struct Subject {
    pub(super) what: String,
    /// Where it listens.
    pub(super) address: String,
    pub(super) path: &'static str,
    pub(super) headers: Vec<String>,
    pub(super) process: u32,
    rounds: Vec<Round>,
}

#[derive(Clone, Copy)]
struct Round {
    /// Answers a second, as fast as they come.
    rate: f64,
    /// Microseconds of the processor for each.
    work: f64,
}

impl Subject {
    /// Describes one that has not been measured yet.
    pub(super) fn new(
        what: impl Into<String>,
        address: &str,
        path: &'static str,
        headers: &[&str],
        process: u32,
    ) -> Self {
        Self {
            what: what.into(),
            address: address.to_owned(),
            path,
            headers: headers.iter().map(|&header| header.to_owned()).collect(),
            process,
            rounds: Vec::new(),
        }
    }

    /// Returns the median of its answers a second.
    pub(super) fn rate(&self) -> Result<f64> {
        median(self.rounds.iter().map(|round| round.rate).collect())
    }

    /// Returns the median of the processor's microseconds for each.
    pub(super) fn work(&self) -> Result<f64> {
        median(self.rounds.iter().map(|round| round.work).collect())
    }

    /// Returns how much of its time the other one needs: the median of the rounds.
    pub(super) fn part(&self, other: &Self) -> Result<f64> {
        let rounds = self.rounds.iter().zip(&other.rounds);
        median(rounds.map(|(own, other)| other.work / own.work).collect())
    }

    /// Asks so many times a second; returns how many microseconds the median and the slowest hundredth
    /// took.
    pub(super) async fn took(&self, bench: &Bench, rate: u32) -> Result<(u64, u64)> {
        let (_, median, slowest) = self.load(bench, SECONDS, rate).await?;
        Ok((median, slowest))
    }

    async fn load(&self, bench: &Bench, seconds: u64, rate: u32) -> Result<(u64, u64, u64)> {
        let headers = self.headers();
        let load = bench.load(&self.address, self.path, &headers, seconds, rate);
        load.await.with_context(|| self.what.clone())
    }

    fn headers(&self) -> Vec<&str> {
        self.headers.iter().map(String::as_str).collect()
    }

    async fn round(&mut self, bench: &Bench) -> Result<()> {
        if self.rounds.is_empty() {
            // Connections open, and caches fill.
            self.load(bench, 1, 0).await?;
        }
        let headers = self.headers();
        let asked = (&*self.address, self.path, &*headers);
        let busy = bench.busy(self.process, asked, SECONDS).await;
        let (rate, work) = busy.with_context(|| self.what.clone())?;
        #[expect(clippy::cast_precision_loss, reason = "some thousand")]
        let rate = rate as f64;
        self.rounds.push(Round { rate, work });
        Ok(())
    }
}

/// Measures each of them in each round.
pub(super) async fn interleave(bench: &Bench, subjects: &mut [Subject]) -> Result<()> {
    for _ in 0..ROUNDS {
        for subject in &mut *subjects {
            subject.round(bench).await?;
        }
    }
    Ok(())
}
