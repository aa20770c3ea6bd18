//! Guesses at passwords, tokens and links, counted by this server, and by all servers of a shared
//! database together.
//!
//! This server's own count bounds the guesses that are made at the same time; the shared one bounds
//! those that were wrong, at whichever server.

use crate::app::AppState;
use crate::http::error::{ApiError, ApiResult};
use crate::limits::{Attempt, Guess, Guesser};
use crate::store::GuessCount;
use crate::telemetry::chain;

/// A guess that was let through. It costs a try unless it is forgiven, also if its request ends early.
#[must_use]
pub(crate) struct Try<'a> {
    here: Option<Attempt<'a>>,
    everywhere: Option<SharedTry>,
}

/// Its part in the counts of all servers.
struct SharedTry {
    app: AppState,
    counts: Vec<GuessCount>,
}

/// Lets a guess through.
///
/// # Errors
/// `rate_limited`, if there were too many wrong ones; the store's.
pub(crate) async fn check<'a>(
    app: &'a AppState,
    guess: Guess,
    guesser: Guesser<'_>,
) -> ApiResult<Try<'a>> {
    let here = app.limits.check(guess, guesser);
    let here = here.map_err(ApiError::rate_limited)?;
    if !app.store.is_shared() {
        let here = Some(here);
        return Ok(Try {
            here,
            everywhere: None,
        });
    }
    let counts = guesser.counts(guess).into_iter().map(|(name, quota)| {
        let key = app.keys().guess_key(&name);
        GuessCount { key, quota }
    });
    let counts: Vec<_> = counts.collect();
    match app.store.guess_wait(&counts, app.clock.now()).await {
        Ok(None) => {
            let app = app.clone();
            Ok(Try {
                here: Some(here),
                everywhere: Some(SharedTry { app, counts }),
            })
        }
        // What was not looked at was no guess.
        Ok(Some(wait)) => {
            here.forgive();
            app.limits.refused(guess).inc();
            Err(ApiError::rate_limited(wait))
        }
        Err(error) => {
            here.forgive();
            Err(error.into())
        }
    }
}

impl Try<'_> {
    /// Takes nothing for it: it was right, or nobody looked at it.
    pub(crate) fn forgive(mut self) {
        self.everywhere = None;
        if let Some(here) = self.here.take() {
            here.forgive();
        }
    }

    /// Counts it: it was wrong. The next guess, at whichever server, comes after that.
    pub(crate) async fn count(mut self) {
        if let Some(everywhere) = self.everywhere.take() {
            everywhere.count().await;
        }
    }
}

impl Drop for Try<'_> {
    fn drop(&mut self) {
        if let Some(everywhere) = self.everywhere.take() {
            tokio::spawn(everywhere.count());
        }
    }
}

impl SharedTry {
    async fn count(self) {
        let Self { app, counts } = self;
        let now = app.clock.now();
        if let Err(error) = app.store.count_wrong_guess(&counts, now).await {
            tracing::warn!(
                "other servers do not learn of a wrong guess: {}",
                chain(&error)
            );
        }
    }
}
