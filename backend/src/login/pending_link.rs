//! A pending link, which waits for its user's confirmation. The browser keeps it, sealed; nothing
//! is stored.

use std::time::Duration;

use oidc::identity::VerifiedIdentity;
use serde::{Deserialize, Serialize};
use shared::session::Role;
use uuid::Uuid;

use crate::account::AccountId;
use crate::config::SessionConfig;
use crate::login::begin::{Arrival, Begun, begin};
use crate::login::role::RoleAnswer;
use crate::return_to::ReturnTo;
use crate::session::Origin;
use crate::store::{self, Entry, Lead, LoginRefusal, NewIdentity, Store};
use clock::Timestamp;

/// How long the link waits.
pub const LIFETIME: Duration = Duration::from_secs(600);

/// An identity that the OP vouched for, and the account to which it would be linked.
#[derive(Clone, Serialize, Deserialize)]
pub struct PendingLink {
    /// The OP's issuer identifier.
    pub issuer: String,
    /// The subject there.
    pub subject: String,
    /// The OP's session id.
    pub sid: Option<String>,
    /// The username there, for display.
    pub username: Option<String>,
    /// The email there, for display.
    pub email: Option<String>,
    /// The role that the claims give; `None` if they do not decide the role.
    pub role: Option<Role>,
    /// The account.
    pub account_id: AccountId,
    /// The session that asked for the link; `None` if the account's password is asked for.
    pub session_id: Option<Uuid>,
    /// Where the browser goes afterwards.
    pub next: ReturnTo,
    /// When the wait began.
    pub asked_at: Timestamp,
}

impl PendingLink {
    /// Returns a pending link of that identity to that account.
    #[must_use]
    pub fn new(
        identity: &VerifiedIdentity,
        role: RoleAnswer,
        account_id: AccountId,
        session_id: Option<Uuid>,
        next: ReturnTo,
        now: Timestamp,
    ) -> Self {
        Self {
            issuer: identity.issuer.clone(),
            subject: identity.subject.clone(),
            sid: identity.sid.clone(),
            username: identity.username.clone(),
            email: identity
                .email
                .as_ref()
                .map(|email| email.as_str().to_owned()),
            role: role.role(),
            account_id,
            session_id,
            next,
            asked_at: now,
        }
    }

    /// Returns true if it has expired.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.asked_at.plus(LIFETIME)
    }

    /// Returns the identity in the form that the store links.
    #[must_use]
    pub fn identity(&self) -> NewIdentity<'_> {
        NewIdentity {
            issuer: &self.issuer,
            subject: &self.subject,
            username: self.username.as_deref(),
            email: self.email.as_deref(),
        }
    }
}

/// Links the identity to its account, and logs in to it. Refused as `Stale` if the identity or the
/// account was linked elsewhere meanwhile.
///
/// # Errors
/// The store's.
pub async fn link_and_log_in(
    store: &Store,
    sessions: &SessionConfig,
    arrival: &Arrival,
    pending: &PendingLink,
) -> store::Result<Begun> {
    let mut lead = Lead::Link;
    loop {
        let origin = Origin::Openid {
            issuer: pending.issuer.clone(),
            subject: Some(pending.subject.clone()),
            sid: pending.sid.clone(),
            // Too large for the cookie; at logout the OP asks the user instead.
            id_token: None,
        };
        let entry = Entry::Identity {
            identity: pending.identity(),
            lead,
            role: pending.role,
        };
        let begun = begin(store, sessions, arrival, pending.account_id, origin, entry).await?;
        let is_stale = matches!(begun, Begun::Refused(LoginRefusal::Stale));
        // Perhaps by this very link, if its answer was lost.
        if is_stale && matches!(lead, Lead::Link) && is_linked(store, pending).await? {
            lead = Lead::Linked;
            continue;
        }
        return Ok(begun);
    }
}

/// Returns true if the identity is already linked to this account.
///
/// # Errors
/// The store's.
pub async fn is_linked(store: &Store, pending: &PendingLink) -> store::Result<bool> {
    let owner = store.account_by_identity(&pending.issuer, &pending.subject);
    Ok(owner
        .await?
        .is_some_and(|owner| owner.id == pending.account_id))
}
