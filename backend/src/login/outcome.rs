//! How a login ends.

use crate::login::begin::NewSession;
use crate::login::pending_link::PendingLink;

/// What became of an identity that the OP vouches for.
pub enum Outcome {
    /// A session has begun.
    LoggedIn(NewSession),
    /// A link waits for its user's confirmation.
    ConfirmLink(PendingLink),
    /// The requested link exists already.
    AlreadyLinked,
}
