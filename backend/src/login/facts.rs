//! The facts for the identity policy, read from the store.

use oidc::identity::VerifiedIdentity;

use crate::account::Account;
use crate::login::decide::{Facts, LinkRequest};
use crate::login::role::RoleAnswer;
use crate::store::{self, Store};

/// Reads the facts for the policy. `requester` is the logged-in account that asked for a link.
///
/// # Errors
/// The store's.
pub async fn gather(
    store: &Store,
    identity: &VerifiedIdentity,
    role: RoleAnswer,
    requester: Option<&Account>,
) -> store::Result<Facts> {
    let (issuer, subject) = (&identity.issuer, &identity.subject);
    let mut linked = store.account_by_identity(issuer, subject).await?;
    let by_email = match &identity.email {
        // The email of a linked identity is never looked up.
        Some(email) if linked.is_none() => store.email_matches(email, issuer).await?,
        _ => Vec::new(),
    };
    if by_email.iter().any(|found| found.is_bound_at_issuer) {
        // Perhaps to this very identity, by the same user's other tab a moment ago.
        linked = store.account_by_identity(issuer, subject).await?;
    }
    let link_request = match requester {
        Some(account) => Some(LinkRequest {
            account: account.clone(),
            is_bound_at_issuer: store.is_bound_at(account.id, issuer).await?,
        }),
        None => None,
    };
    Ok(Facts {
        role,
        linked,
        by_email,
        has_email: identity.email.is_some(),
        is_email_verified: identity.is_email_verified,
        link_request,
    })
}
