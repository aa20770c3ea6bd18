//! Callbacks that some phones send twice, to two servers of one database: one of them processes the
//! callback, and the other waits for its outcome. The code is redeemed once, as the OP demands (RFC
//! 6749 §4.1.2).
//!
//! The outcome contains a session's token. It is in the database for half a minute, sealed with the
//! secret key.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::failure::FailureCode;
use tokio::time::{Instant, sleep};

use crate::account::AccountId;
use crate::keys::CookieKeyring;
use crate::login::begin::NewSession;
use crate::login::once::{FailedLogin, Key, Turn};
use crate::login::outcome::Outcome;
use crate::login::pending_link::PendingLink;
use crate::session::SessionToken;
use crate::store::{CALLBACK_KEPT, CallbackClaim, Result, Store};
use crate::telemetry::chain;
use clock::Timestamp;

/// How often to ask whether the other server has ended.
const ASK_AGAIN: Duration = Duration::from_millis(50);
/// How long a failure is kept: those who wait have asked by then. Anybody can make one.
const FAILURE_KEPT: Duration = Duration::from_secs(2);

/// What the database has, sealed.
#[derive(Serialize, Deserialize)]
enum Stored {
    LoggedIn {
        token: String,
        account_id: AccountId,
    },
    ConfirmLink(PendingLink),
    AlreadyLinked,
    Failed {
        code: String,
        reference: String,
    },
}

/// Ends a callback with the result of `work`, or with that of another server.
///
/// # Errors
/// The store's, before `work` begins.
pub async fn end(
    store: &Store,
    keys: &CookieKeyring,
    key: Key,
    now: Timestamp,
    work: impl Future<Output = std::result::Result<Outcome, FailedLogin>>,
) -> Result<(std::result::Result<Outcome, FailedLogin>, Turn)> {
    if !store.is_shared() {
        return Ok((work.await, Turn::First));
    }
    let began = Instant::now();
    let mut waited = false;
    loop {
        let now = now.plus(began.elapsed());
        match store.claim_callback(&key, waited, now).await? {
            CallbackClaim::Ours => break,
            CallbackClaim::InProgress => {
                waited = true;
                sleep(ASK_AGAIN).await;
            }
            CallbackClaim::Ended(sealed) => {
                if let Some(result) = open(keys, &sealed, now) {
                    return Ok((result, Turn::Later));
                }
                tracing::warn!("another server has another secret key");
                return Ok((work.await, Turn::First));
            }
        }
    }
    let result = work.await;
    let has_failed = result.is_err();
    if let Some(sealed) = seal(keys, &result)
        && let Err(error) = store.end_callback(&key, &sealed, has_failed).await
    {
        tracing::warn!("other servers do not learn of a login: {}", chain(&error));
    }
    let store = store.clone();
    tokio::spawn(async move {
        sleep(if has_failed {
            FAILURE_KEPT
        } else {
            CALLBACK_KEPT
        })
        .await;
        // The sweep removes what remains.
        let _ = store.forget_callback(&key).await;
    });
    Ok((result, Turn::First))
}

fn seal(
    keys: &CookieKeyring,
    result: &std::result::Result<Outcome, FailedLogin>,
) -> Option<String> {
    let stored = match result {
        Ok(Outcome::LoggedIn(session)) => Stored::LoggedIn {
            token: session.token.reveal(),
            account_id: session.account_id,
        },
        Ok(Outcome::ConfirmLink(pending)) => Stored::ConfirmLink(pending.clone()),
        Ok(Outcome::AlreadyLinked) => Stored::AlreadyLinked,
        Err(failed) => Stored::Failed {
            code: failed.code.as_str().to_owned(),
            reference: failed.reference.clone(),
        },
    };
    Some(keys.seal(&serde_json::to_string(&stored).ok()?))
}

fn open(
    keys: &CookieKeyring,
    sealed: &str,
    now: Timestamp,
) -> Option<std::result::Result<Outcome, FailedLogin>> {
    let stored = serde_json::from_str(&keys.open(sealed, now)?).ok()?;
    Some(match stored {
        Stored::LoggedIn { token, account_id } => Ok(Outcome::LoggedIn(NewSession {
            token: SessionToken::parse(&token)?,
            account_id,
        })),
        Stored::ConfirmLink(pending) => Ok(Outcome::ConfirmLink(pending)),
        Stored::AlreadyLinked => Ok(Outcome::AlreadyLinked),
        Stored::Failed { code, reference } => Err(FailedLogin {
            code: FailureCode::parse(&code)?,
            reference,
        }),
    })
}
