//! Starts a session: the last step of every login of any kind.

use crate::account::AccountId;
use crate::audit::Actor;
use crate::config::SessionConfig;
use crate::session::{Client, Origin, Session, SessionToken, TokenHash};
use crate::store::{self, Entry, Login, LoginOutcome, LoginRefusal, Store};
use clock::Timestamp;

/// Where a login comes from.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The browser and its address, for the owner's list of sessions.
    pub client: Client,
    /// The same for the audit trail, with the time.
    pub by: Actor,
    /// When the person last proved who they are, as far as is known: now, or earlier if the OP took
    /// its own session for it.
    pub authenticated_at: Timestamp,
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

/// A session that has just begun. Has no `Debug`: it contains the token.
pub struct NewSession {
    /// Its token.
    pub token: SessionToken,
    /// Its account.
    pub account_id: AccountId,
}

/// Whether a session has begun.
pub enum Begun {
    /// This one.
    Session(NewSession),
    /// It has not, and nothing has changed.
    Refused(LoginRefusal),
}

/// Starts a session with a fresh token for whoever `entry` authorizes; the one that the browser had
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
    let mut session = Session::start(account_id, origin, client, sessions, arrival.at());
    session.confirmed_at = arrival.authenticated_at;
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
