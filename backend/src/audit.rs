//! The audit trail: who did what to whom, from where, under which reference. Pure.

use std::net::IpAddr;

use shared::audit::AuditKind;

use crate::account::AccountId;
use crate::failure::Cause;
use clock::Timestamp;

/// By whom, when and from where a change is made: what the store needs to write the entry in the
/// same transaction.
#[derive(Debug, Clone)]
pub struct Actor {
    /// When.
    pub at: Timestamp,
    /// The account that does it; `None` for a stranger and for the server itself.
    pub actor: Option<AccountId>,
    /// The client's address.
    pub address: Option<IpAddr>,
    /// The request's reference.
    pub reference: Option<String>,
    /// At the command line: the user of the system who typed it.
    pub operator: Option<String>,
}

impl Actor {
    /// Returns the server itself, which nobody asked.
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

    /// Returns whoever types a command on the server.
    #[must_use]
    pub fn operator(name: String, at: Timestamp) -> Self {
        Self {
            operator: Some(name),
            ..Self::server(at)
        }
    }

    /// Returns it with the account that does it.
    #[must_use]
    pub fn account(mut self, actor: AccountId) -> Self {
        self.actor = Some(actor);
        self
    }
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// What.
    pub kind: AuditKind,
    /// To whose account.
    pub account: Option<AccountId>,
    /// Of a failure: why.
    pub failure: Option<Cause>,
    /// What changed, for people; never a secret.
    pub detail: Option<&'a str>,
}

impl<'a> Event<'a> {
    /// Returns an event about an account.
    #[must_use]
    pub fn about(kind: AuditKind, account: AccountId) -> Self {
        Self {
            kind,
            account: Some(account),
            failure: None,
            detail: None,
        }
    }

    /// Returns it with what changed.
    #[must_use]
    pub fn detail(mut self, detail: &'a str) -> Self {
        self.detail = Some(detail);
        self
    }
}
