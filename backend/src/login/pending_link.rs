//! A pending link, which waits for its user's confirmation, or for the user to say who they are.
//! The browser keeps it, sealed; nothing is stored before it is spent.

use std::time::Duration;

use oidc::identity::VerifiedIdentity;
use serde::{Deserialize, Serialize};
use shared::email::Email;
use uuid::Uuid;

use crate::account::AccountId;
use crate::config::SessionConfig;
use crate::login::begin::{Arrival, Begun};
use crate::login::by_identity::ByIdentity;
use crate::login::decide::Ways;
use crate::login::error::LoginError;
use crate::one_time_link::PENDING_LIFETIME;
use crate::return_to::ReturnTo;
use crate::store::{self, Lead, PendingUse, Store};
use clock::Timestamp;

/// How long the link waits.
pub const LIFETIME: Duration = PENDING_LIFETIME;

/// An identity that the OP vouched for, and who is asked whose it is.
#[derive(Clone, Serialize, Deserialize)]
pub struct PendingLink {
    /// Names the link, which is spent once, and tells which of two was first (UUID v7).
    id: Uuid,
    /// The OP's issuer identifier.
    issuer: String,
    /// The subject there.
    subject: String,
    /// The OP's session id.
    sid: Option<String>,
    /// The username there.
    username: Option<String>,
    /// The user's name there.
    display_name: Option<String>,
    /// The email there.
    email: Option<String>,
    /// True if the OP vouches for that email, or it is trusted.
    is_email_verified: bool,
    /// Who is asked.
    pub asked: Asked,
    /// Where the browser goes afterwards.
    pub next: ReturnTo,
    /// When the wait began.
    asked_at: Timestamp,
}

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// The owner of an account, who is logged in and wants it linked.
    Owner {
        /// The account.
        account_id: AccountId,
        /// The session that asked for the link.
        session_id: Uuid,
    },
    /// Somebody who logs in. The page names no account to them.
    Anyone(Ways),
}

impl PendingLink {
    /// Returns a link of that identity.
    #[must_use]
    pub fn new(identity: &VerifiedIdentity, asked: Asked, next: ReturnTo, now: Timestamp) -> Self {
        let email = identity.email.as_ref().map(Email::as_str);
        Self {
            id: Uuid::now_v7(),
            issuer: identity.issuer.clone(),
            subject: identity.subject.clone(),
            sid: identity.sid.clone(),
            username: identity.username.clone(),
            display_name: identity.display_name.clone(),
            email: email.map(str::to_owned),
            is_email_verified: identity.is_email_verified,
            asked,
            next,
            asked_at: now,
        }
    }

    /// Returns true if it has expired.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.asked_at.plus(LIFETIME)
    }

    /// Returns what the store spends.
    #[must_use]
    pub fn spend(&self) -> PendingUse<'_> {
        PendingUse {
            id: self.id,
            sid: self.sid.as_deref(),
        }
    }

    /// Returns the identity.
    #[must_use]
    pub fn identity(&self) -> VerifiedIdentity {
        let email = self.email.as_deref();
        VerifiedIdentity {
            issuer: self.issuer.clone(),
            subject: self.subject.clone(),
            sid: self.sid.clone(),
            email: email.and_then(|email| Email::composed(email).ok()),
            is_email_verified: self.is_email_verified,
            username: self.username.clone(),
            display_name: self.display_name.clone(),
            roles: None,
            role_claim: None,
        }
    }
}

/// The answer to a pending link.
#[derive(Clone, Copy)]
pub struct Answering<'a> {
    /// The accounts.
    pub store: &'a Store,
    /// How long sessions live.
    pub sessions: &'a SessionConfig,
    /// The origin of the answer.
    pub arrival: &'a Arrival,
    /// The link.
    pub pending: &'a PendingLink,
}

impl Answering<'_> {
    /// Links the identity to this account, and logs in to it. Refused as `Stale` if the identity or
    /// the account is linked elsewhere by now, and as `Void` if it was answered before.
    ///
    /// # Errors
    /// The store's.
    pub async fn link_and_log_in(self, account_id: AccountId) -> store::Result<Begun> {
        let identity = self.pending.identity();
        self.login(&identity).begin(account_id, Lead::Link).await
    }

    /// Creates an account for the identity, and logs in to it. Refused as [`Self::link_and_log_in`].
    ///
    /// # Errors
    /// The store's, or no username is free.
    pub async fn register(self) -> Result<Begun, LoginError> {
        let identity = self.pending.identity();
        self.login(&identity).register().await
    }

    fn login<'b>(&'b self, identity: &'b VerifiedIdentity) -> ByIdentity<'b> {
        ByIdentity {
            store: self.store,
            sessions: self.sessions,
            arrival: self.arrival,
            identity,
            // What the claims said may no longer be so: the next login asks for them.
            role: None,
            pending: Some(self.pending.spend()),
            // Too large for the cookie; at logout the OP asks the user instead.
            id_token: None,
            // A refresh token does not go through a browser, sealed or not.
            recheck: None,
        }
    }
}

/// Returns true if the identity is already linked to that account.
///
/// # Errors
/// The store's.
pub async fn is_linked(
    store: &Store,
    pending: &PendingLink,
    account_id: AccountId,
) -> store::Result<bool> {
    let owner = store.account_by_identity(&pending.issuer, &pending.subject);
    Ok(owner.await?.is_some_and(|owner| owner.id == account_id))
}
