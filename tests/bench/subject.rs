//! What is measured in interleaved rounds: what else the machine does then meets all alike. Of each, the
//! medians count.

use std::cmp::Ordering;

use anyhow::{Context as _, Result};

use super::machine::{Bench, worked};

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
    rate: u64,
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
    pub(super) fn rate(&self) -> Result<u64> {
        median(self.rounds.iter().map(|round| round.rate))
    }

    /// Returns the median of the processor's microseconds for each.
    pub(super) fn work(&self) -> Result<f64> {
        median(self.rounds.iter().map(|round| round.work))
    }

    /// Returns how much of its time the other one needs: the median of the rounds.
    pub(super) fn part(&self, other: &Self) -> Result<f64> {
        let rounds = self.rounds.iter().zip(&other.rounds);
        median(rounds.map(|(own, other)| other.work / own.work))
    }

    /// Asks so many times a second; returns how many microseconds the median and the slowest hundredth
    /// took.
    pub(super) async fn took(&self, bench: &Bench, rate: u32) -> Result<(u64, u64)> {
        let (_, median, slowest) = self.load(bench, SECONDS, rate).await?;
        Ok((median, slowest))
    }

    async fn load(&self, bench: &Bench, seconds: u64, rate: u32) -> Result<(u64, u64, u64)> {
        let headers: Vec<&str> = self.headers.iter().map(String::as_str).collect();
        let load = bench.load(&self.address, self.path, &headers, seconds, rate);
        load.await.with_context(|| self.what.clone())
    }

    async fn round(&mut self, bench: &Bench) -> Result<()> {
        if self.rounds.is_empty() {
            // Connections open, and caches fill.
            self.load(bench, 1, 0).await?;
        }
        let before = worked(self.process)?;
        let (rate, ..) = self.load(bench, SECONDS, 0).await?;
        let worked = worked(self.process)? - before;
        #[expect(clippy::cast_precision_loss, reason = "some thousand")]
        let work = worked.as_secs_f64() * 1e6 / (rate * SECONDS) as f64;
        self.rounds.push(Round { rate, work });
        Ok(())
    }
}

fn median<T: PartialOrd + Copy>(values: impl Iterator<Item = T>) -> Result<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable_by(|one, other| one.partial_cmp(other).unwrap_or(Ordering::Equal));
    let middle = values.get(values.len() / 2).copied();
    middle.context("nothing was measured")
}

/// Measures each of them in each round.
pub(super) async fn interleave<'a>(
    bench: &Bench,
    subjects: impl IntoIterator<Item = &'a mut Subject>,
) -> Result<()> {
    let mut subjects: Vec<&mut Subject> = subjects.into_iter().collect();
    for _ in 0..ROUNDS {
        for subject in &mut subjects {
            subject.round(bench).await?;
        }
    }
    Ok(())
}
