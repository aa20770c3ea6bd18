//! Asks the OP again about a session that it began (`OIDC_RECHECK_SECONDS`): a user who is set
//! inactive there is not told to anybody otherwise.

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::sleep;

use crate::account::{UsableIdentities, WaysIn};
use crate::audit::Actor;
use crate::keys::Keys;
use crate::login::by_identity::stored;
use crate::login::role::{self, RoleAnswer};
use crate::op::Op;
use crate::session::{Origin, Session};
use crate::store::{ClaimedRole, Refused, Renewal, Store};
use crate::telemetry::chain;
use clock::Timestamp;

/// How long a claim lasts; a server that ends meanwhile keeps nobody from asking later.
const CLAIM: Duration = Duration::from_secs(30);
/// How soon an OP is asked again that did not answer, or said nothing about the user.
const RETRY: Duration = Duration::from_secs(60);
/// How often a request looks whether another one has its answer.
const LOOK: Duration = Duration::from_millis(50);
/// How long it looks.
const PATIENCE: Duration = Duration::from_secs(20);

/// What asks.
#[derive(Clone)]
pub struct Asker {
    /// The database.
    pub store: Store,
    /// The OP.
    pub op: Arc<Op>,
    /// What seals refresh tokens.
    pub keys: Arc<Keys>,
    /// True if a password is a way in, where this is the last admin.
    pub password_login: bool,
    /// Who asks, for the audit trail, and when.
    pub by: Actor,
}

impl Asker {
    /// Asks about a session for which that is due; of several requests at once one does, and the
    /// others wait for it. What came of it is in the database.
    pub async fn ask(&self, session: &Session) {
        let now = self.by.at;
        let claimed = self.store.claim_recheck(session.id, now, now.plus(CLAIM));
        match claimed.await {
            Ok(Some(sealed)) => {
                let (asker, session) = (self.clone(), session.clone());
                // The OP's answer counts though the browser goes away: it may hold the next token.
                let work = tokio::spawn(async move { asker.settle(&session, &sealed).await });
                if work.await.is_err() {
                    tracing::error!("asking the OP about a session broke off");
                }
            }
            Ok(None) => self.wait(session, now).await,
            Err(error) => tracing::warn!("cannot ask the OP about a session: {}", chain(&error)),
        }
    }

    /// Waits until whoever has claimed it has an answer.
    async fn wait(&self, session: &Session, now: Timestamp) {
        let began = Instant::now();
        while began.elapsed() < PATIENCE
            && self
                .store
                .is_recheck_claimed(session.id, now)
                .await
                .unwrap_or(false)
        {
            sleep(LOOK).await;
        }
    }

    /// Asks, and stores the answer.
    async fn settle(&self, session: &Session, sealed: &str) {
        let Origin::Openid {
            issuer,
            subject: Some(subject),
            ..
        } = &session.origin
        else {
            return;
        };
        let this = Refused::Session(session.id);
        let Some(token) = self.keys.refresh.open(sealed, self.by.at) else {
            let detail = "its refresh token was sealed with another POSTERN_SECRET_KEY";
            return self.end(session, this, detail).await;
        };
        match self
            .op
            .rp
            .refresh(&SecretString::from(token), subject)
            .await
        {
            Ok(refreshed) => {
                let identity = refreshed.identity.as_ref();
                let wanted = self.op.config.roles.as_ref();
                let role = identity.map(|identity| RoleAnswer::of(identity, wanted));
                if let (Some(RoleAnswer::None), Some(identity), Some(wanted)) =
                    (role, identity, wanted)
                {
                    let detail = format!("role_missing: {}", role::missing(identity, wanted));
                    let all = Refused::Identity { issuer, subject };
                    return self.end(session, all, &detail).await;
                }
                let next = refreshed.refresh_token.as_ref();
                let sealed = next.map(|next| self.keys.refresh.seal(next.expose_secret()));
                let ways = WaysIn {
                    password: self.password_login,
                    identities: UsableIdentities::Of(issuer.clone()),
                };
                let renewal = Renewal {
                    session_id: session.id,
                    account_id: session.account_id,
                    sealed_token: sealed.as_deref(),
                    due_at: self.by.at.plus(self.op.config.recheck.unwrap_or(RETRY)),
                    identity: identity.map(stored),
                    role: role
                        .and_then(RoleAnswer::role)
                        .map(|role| ClaimedRole { role, ways: &ways }),
                };
                if let Err(error) = self.store.renew_session(&renewal, &self.by).await {
                    tracing::error!("the OP's answer about a session is lost: {}", chain(&error));
                }
            }
            Err(oidc::Error::CodeRejected(detail)) => self.end(session, this, &detail).await,
            Err(error) => {
                tracing::warn!(
                    account.id = %session.account_id,
                    "the OP says nothing about a session, which goes on: {}",
                    chain(&error)
                );
                self.postpone(session).await;
            }
        }
    }

    /// Ends sessions that the OP refuses.
    async fn end(&self, session: &Session, refused: Refused<'_>, detail: &str) {
        match self.store.end_refused(refused, detail, &self.by).await {
            Ok(ended) => {
                let id = session.account_id;
                tracing::info!(account.id = %id, ended, "sessions ended by the OP: {detail}");
            }
            Err(error) => tracing::error!("cannot end a session: {}", chain(&error)),
        }
    }

    async fn postpone(&self, session: &Session) {
        let due_at = self.by.at.plus(RETRY);
        if let Err(error) = self.store.postpone_recheck(session.id, due_at).await {
            tracing::warn!("cannot postpone a question to the OP: {}", chain(&error));
        }
    }
}
