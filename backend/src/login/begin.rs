//! Begins a session: the last step of every login, whichever way it came.

use crate::account::AccountId;
use crate::audit::Actor;
use crate::config::SessionConfig;
use crate::session::{Client, Origin, Session, SessionToken, TokenHash};
use crate::store::{self, Entry, Login, LoginOutcome, LoginRefusal, Store};
use clock::Timestamp;

/// From where a login comes.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The browser and its address, for the owner's list of sessions.
    pub client: Client,
    /// The same for the audit trail, with the time.
    pub by: Actor,
    /// The session that the browser had before.
    pub replaces: Option<TokenHash>,
}

impl Arrival {
    /// Returns when the login came.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.by.at
    }
}

/// A session that has just begun. Has no `Debug`: it holds the token.
pub struct NewSession {
    /// What opens it.
    pub token: SessionToken,
    /// Whose it is.
    pub account_id: AccountId,
}

/// Whether a session has begun.
pub enum Begun {
    /// This one.
    Session(NewSession),
    /// None, and nothing has changed.
    Refused(LoginRefusal),
}

/// Begins a session with a fresh token for whoever comes by `entry`; the one that the browser had
/// before ends (session fixation).
///
/// # Errors
/// The store's.
pub async fn begin(
    store: &Store,
    sessions: &SessionConfig,
    arrival: &Arrival,
    account_id: AccountId,
    origin: Origin,
    entry: Entry<'_>,
) -> store::Result<Begun> {
    let token = SessionToken::generate();
    let client = arrival.client.clone();
    let session = Session::start(account_id, origin, client, sessions, arrival.at());
    let login = Login {
        entry,
        session: &session,
        token: token.hash(),
        replaces: arrival.replaces,
    };
    Ok(match store.log_in(&login, &arrival.by).await? {
        LoginOutcome::LoggedIn => Begun::Session(NewSession { token, account_id }),
        LoginOutcome::Refused(refusal) => Begun::Refused(refusal),
    })
}
