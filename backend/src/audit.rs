//! The audit trail: who did what to whom, from where, under which reference. Pure.

use std::net::IpAddr;

use shared::audit::AuditKind;

use crate::account::AccountId;
use crate::failure::Cause;
use clock::Timestamp;

/// Who makes a change, when and from where: what the store needs to write the entry in the same
/// transaction.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The time.
    pub at: Timestamp,
    /// The account that acts; `None` for a stranger and for the server itself.
    pub actor: Option<AccountId>,
    /// The client's address.
    pub address: Option<IpAddr>,
    /// The request's reference.
    pub reference: Option<String>,
    /// At the command line: the system user who typed the command.
    pub operator: Option<String>,
}

impl Actor {
    /// Returns the server itself, without a request.
    #[must_use]
    pub fn server(at: Timestamp) -> Self {
        Self {
            at,
            actor: None,
            address: None,
            reference: None,
            operator: None,
        }
    }

    /// Returns the user of a command on the server.
    #[must_use]
    pub fn operator(name: String, at: Timestamp) -> Self {
        Self {
            operator: Some(name),
            ..Self::server(at)
        }
    }

    /// Returns the same actor with the account that acts.
    #[must_use]
    pub fn account(mut self, actor: AccountId) -> Self {
        self.actor = Some(actor);
        self
    }
}

/// One event.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// The kind.
    pub kind: AuditKind,
    /// The account it is about.
    pub account: Option<AccountId>,
    /// The cause, if it is a failure.
    pub failure: Option<Cause>,
    /// What changed, in words; never a secret.
    pub detail: Option<&'a str>,
}

impl<'a> Event<'a> {
    /// Returns an event about an account, without a cause or detail.
    #[must_use]
    pub fn about(kind: AuditKind, account: AccountId) -> Self {
        Self {
            kind,
            account: Some(account),
            failure: None,
            detail: None,
        }
    }

    /// Adds what changed.
    #[must_use]
    pub fn detail(mut self, detail: &'a str) -> Self {
        self.detail = Some(detail);
        self
    }
}
