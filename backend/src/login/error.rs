//! Why a login did not end in a session.

use std::fmt;

use shared::failure::FailureCode;

use crate::account::AccountId;
use crate::failure::{Cause, cause_of};
use crate::store;

/// Why a login did not end in a session. `Display` and the sources go to the log, the code to the
/// browser.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The OP, or what came from it.
    #[error(transparent)]
    Oidc(#[from] oidc::Error),
    /// The account that the identity leads to is disabled.
    #[error("the account {0} is disabled")]
    AccountDisabled(AccountId),
    /// The identity policy refuses.
    #[error("refused by the identity policy: {0}")]
    Policy(Box<PolicyRefusal>),
    /// The sender of the browser, a page or a third party, made a request that is invalid.
    #[error("the request is malformed: {0}")]
    BadRequest(&'static str),
    /// The callback has no parameters at all.
    #[error("the callback came without any parameter")]
    CallbackEmpty,
    /// The callback came to this path, which is almost that of the redirect URI.
    #[error("the callback came to {0:?}, which is not the path of the redirect URI")]
    CallbackPath(String),
    /// The database.
    #[error("the store failed")]
    Store(#[from] store::Error),
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
    /// A fault of ours that broke off the login.
    #[error("a panic broke the login off")]
    Panicked,
}

/// A login that the identity policy refuses, with all that an administrator needs to find the
/// person.
#[derive(Debug)]
pub struct PolicyRefusal {
    /// The reason.
    pub code: FailureCode,
    /// The OP's issuer identifier.
    pub issuer: String,
    /// The subject there.
    pub subject: String,
    /// The email there.
    pub email: Option<String>,
    /// The account that it is about, if it is about one.
    pub account: Option<AccountId>,
    /// The names of the accounts that are linked, that asked for a link, or that have the email.
    pub usernames: Vec<String>,
    /// Another issuer that has the same subject or email: the OP seems to have moved from there.
    pub earlier_issuer: Option<String>,
    /// Of a missing role: what came, and what was wanted.
    pub role: Option<String>,
}

impl fmt::Display for PolicyRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let email = self.email.as_deref().unwrap_or("none");
        let accounts = if self.usernames.is_empty() {
            "none".to_owned()
        } else {
            self.usernames.join(", ")
        };
        let Self {
            issuer, subject, ..
        } = self;
        write!(
            f,
            "{}; subject {subject} of {issuer}, email {email}, accounts {accounts}",
            self.code.as_str(),
        )?;
        if let Some(earlier) = &self.earlier_issuer {
            write!(f, "; the issuer {earlier} has the same subject or email")?;
        }
        match &self.role {
            Some(role) => write!(f, "; no value of the role claim matches: {role}"),
            None => Ok(()),
        }
    }
}

impl LoginError {
    /// Returns the account it was about; `None` if that is not known.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::AccountDisabled(account_id) => Some(*account_id),
            Self::Policy(refusal) => refusal.account,
            _ => None,
        }
    }

    /// Returns the cause, for whoever has to fix it.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match self {
            Self::Oidc(error) => cause_of(error),
            Self::AccountDisabled(_) => Cause::AccountDisabled,
            Self::Policy(refusal) => {
                let moved = refusal.earlier_issuer.as_ref();
                let moved = moved.and_then(|_| Cause::after_move(refusal.code));
                moved.unwrap_or(refusal.code.into())
            }
            // The contract's section 6 has no code of its own for it.
            Self::BadRequest(_) => Cause::OpError,
            Self::CallbackEmpty => Cause::CallbackEmpty,
            Self::CallbackPath(_) => Cause::CallbackPathDiffers,
            Self::Store(_) | Self::Internal(_) | Self::Panicked => Cause::ServerError,
        }
    }

    /// Returns the code for the browser.
    #[must_use]
    pub fn code(&self) -> FailureCode {
        self.cause().code()
    }
}

#[cfg(test)]
mod tests {
    use shared::failure::FailureCode;

    use super::LoginError;

    #[test]
    fn our_own_faults_are_never_the_ops() {
        for error in [
            LoginError::Internal("the attempt cannot be sealed".to_owned()),
            LoginError::Internal("no free username was found".to_owned()),
            LoginError::Panicked,
        ] {
            assert_eq!(error.code(), FailureCode::ServerError, "{error}");
        }
    }
}
