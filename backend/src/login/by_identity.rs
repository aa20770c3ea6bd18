//! Logs in by an identity that the OP vouches for, after the decision which account it enters.

use oidc::identity::VerifiedIdentity;
use uuid::Uuid;

use crate::account::AccountId;
use crate::config::SessionConfig;
use crate::failure::{Cause, remedy};
use crate::login::begin::{Arrival, Begun, begin};
use crate::login::error::LoginError;
use crate::login::register::Candidate;
use crate::session::{Origin, Recheck};
use crate::store::{self, ClaimedRole, Entry, Lead, LoginRefusal, NewIdentity, PendingUse, Store};

/// A login by an identity.
pub(super) struct ByIdentity<'a> {
    /// The accounts.
    pub(super) store: &'a Store,
    /// How long sessions live.
    pub(super) sessions: &'a SessionConfig,
    /// The origin of the login.
    pub(super) arrival: &'a Arrival,
    /// The identity.
    pub(super) identity: &'a VerifiedIdentity,
    /// The role that the claims give; `None` if they do not decide the role.
    pub(super) role: Option<ClaimedRole<'a>>,
    /// The ID token, if it is kept for the logout at the OP.
    pub(super) id_token: Option<&'a str>,
    /// How the OP is asked again about the session; `None` if it is not.
    pub(super) recheck: Option<Recheck>,
    /// The pending link that leads here; `None` if the OP's answer does.
    pub(super) pending: Option<PendingUse<'a>>,
}

impl ByIdentity<'_> {
    /// Has the store record the login and start its session.
    pub(super) async fn begin(
        &self,
        account_id: AccountId,
        lead: Lead<'_>,
    ) -> store::Result<Begun> {
        let identity = self.identity;
        let origin = Origin::Openid {
            issuer: identity.issuer.clone(),
            subject: Some(identity.subject.clone()),
            sid: identity.sid.clone(),
            id_token: self.id_token.map(str::to_owned),
            recheck: self.recheck.clone(),
        };
        let entry = Entry::Identity {
            identity: stored(identity),
            lead,
            role: self.role,
            pending: self.pending,
        };
        begin(
            self.store,
            self.sessions,
            self.arrival,
            account_id,
            origin,
            entry,
        )
        .await
    }

    /// Creates an account for the identity under a free name, and logs in to it. Refused as `Stale`
    /// if the identity was linked meanwhile.
    pub(super) async fn register(&self) -> Result<Begun, LoginError> {
        let identity = self.identity;
        let mut candidate = Candidate::new(identity, self.role.map(|claimed| claimed.role));
        let account_id = Uuid::now_v7();
        loop {
            let lead = Lead::Create(&candidate.account);
            let taken = match self.begin(account_id, lead).await? {
                Begun::Session(session) => {
                    self.note_registered(account_id, &candidate);
                    self.note_kin(account_id).await;
                    return Ok(Begun::Session(session));
                }
                Begun::Refused(LoginRefusal::Taken(taken)) => taken,
                refused @ Begun::Refused(_) => return Ok(refused),
            };
            candidate = candidate
                .without(taken)
                .ok_or_else(|| LoginError::Internal("no free username was found".to_owned()))?;
        }
    }

    /// Says in the log if a new account's person may have one already, and is a stranger because of
    /// the OP. The login is done, whatever that comes to.
    async fn note_kin(&self, account_id: AccountId) {
        let identity = stored(self.identity);
        if let Ok(Some(earlier)) = self.store.earlier_issuer(identity).await {
            tracing::warn!(
                account.id = %account_id,
                oidc.issuer = %identity.issuer,
                earlier_issuer = %earlier,
                remedy = remedy(Cause::LinkFirstMoved, "").english(),
                "the new account's subject or email is known from another issuer"
            );
        }
        if let Ok(true) = self.store.knows_email_of_other_subject(identity).await {
            tracing::warn!(
                account.id = %account_id,
                oidc.issuer = %identity.issuer,
                remedy = "Nothing, if the OP's user was made anew. If it happens to many people, the \
                          OP now names its users in another way (at Authentik the provider's Subject \
                          mode): put it back.",
                "the new account's email is known from another subject of this issuer"
            );
        }
    }

    /// Logs that the account was created, and what became of the email.
    fn note_registered(&self, account_id: AccountId, candidate: &Candidate) {
        let VerifiedIdentity {
            issuer, subject, ..
        } = self.identity;
        tracing::info!(account.id = %account_id, oidc.issuer = %issuer, "account created");
        let Some(email) = &self.identity.email else {
            return;
        };
        let account = &candidate.account;
        let became = match (account.email.is_some(), account.email_voucher.is_some()) {
            (false, _) => "has no email",
            (true, false) if self.identity.is_email_verified => "only claims its email",
            (true, _) => return,
        };
        tracing::warn!(
            account.id = %account_id,
            "the account {} {became}: {} of subject {subject} is vouched for as another account's",
            account.username,
            email.as_str(),
        );
    }
}

/// Returns the identity in the form that the store links.
pub fn stored(identity: &VerifiedIdentity) -> NewIdentity<'_> {
    NewIdentity {
        issuer: &identity.issuer,
        subject: &identity.subject,
        username: identity.username.as_deref(),
        email: identity.email.as_ref(),
        is_email_verified: identity.is_email_verified,
        groups: identity.roles.as_deref(),
    }
}
