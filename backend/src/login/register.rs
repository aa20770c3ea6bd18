//! Creates the account of an identity that has none yet. Pure.

use oidc::identity::VerifiedIdentity;
use shared::session::Role;

use crate::account::{NewAccount, Voucher, username_from_claim, username_with_suffix};
use crate::store::Taken;

/// How many names are tried before something else must be wrong.
const MAX_NAMES: u32 = 200;

/// An account to create under a free name.
pub struct Candidate {
    /// The account.
    pub account: NewAccount,
    wanted: String,
    number: u32,
}

impl Candidate {
    /// Returns the first account to try: without a password, with the OP's email, which is vouched
    /// for if the OP says that it is verified.
    #[must_use]
    pub fn new(identity: &VerifiedIdentity, role: Option<Role>) -> Self {
        let wanted = wanted_username(identity);
        Self {
            account: NewAccount {
                username: wanted.clone(),
                display_name: identity.display_name.clone(),
                email: identity.email.clone(),
                email_voucher: identity.is_email_verified.then_some(Voucher::Op),
                role: role.unwrap_or(Role::User),
                password_hash: None,
            },
            wanted,
            number: 1,
        }
    }

    /// Avoids the name or the email that another account has; `None` if too many names were tried,
    /// or if something else is taken.
    #[must_use]
    pub fn without(mut self, taken: Taken) -> Option<Self> {
        match taken {
            Taken::Username => {
                self.number += 1;
                self.account.username = username_with_suffix(&self.wanted, self.number);
            }
            // It is vouched for as another account's: this one only claims it, which an admin
            // cannot.
            Taken::Email => {
                let voucher = self.account.email_voucher.take();
                if voucher.is_none() || self.account.role == Role::Admin {
                    self.account.email = None;
                }
            }
            // Another name or email frees neither.
            Taken::Identity | Taken::Setup => return None,
        }
        (self.number <= MAX_NAMES).then_some(self)
    }
}

/// Returns the preferred username of a new account for the identity.
#[must_use]
pub fn wanted_username(identity: &VerifiedIdentity) -> String {
    let from_claim = identity.username.as_deref().and_then(username_from_claim);
    let from_email = || {
        identity
            .email
            .as_ref()
            .and_then(|email| username_from_claim(email.as_str()))
    };
    from_claim
        .or_else(from_email)
        .unwrap_or_else(|| "user".to_owned())
}
