//! How a login ends.

use crate::account::AccountId;
use crate::login::pending_link::PendingLink;
use crate::session::SessionToken;

/// What became of an identity that the OP vouches for.
pub enum Outcome {
    /// A session has begun.
    LoggedIn(NewSession),
    /// A link waits for its user's word.
    ConfirmLink(PendingLink),
    /// The link that was asked for exists already.
    AlreadyLinked,
}

/// A session that has just begun. Has no `Debug`: it holds the token.
pub struct NewSession {
    /// What opens it.
    pub token: SessionToken,
    /// Whose it is.
    pub account_id: AccountId,
}
