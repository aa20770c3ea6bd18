//! Signed things of the OP that are not accepted.

use super::LoginError;
use super::client::Failure;
use super::id_token::Fault;

/// Why a signed thing of the OP was not accepted: it is faulty, or there were no keys to be had.
pub(super) enum Rejection {
    /// A fault of its own.
    Fault(Fault),
    /// What kept it from being checked.
    Login(LoginError),
}

impl From<Fault> for Rejection {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<LoginError> for Rejection {
    fn from(error: LoginError) -> Self {
        Self::Login(error)
    }
}

impl From<Failure> for Rejection {
    fn from(failure: Failure) -> Self {
        Self::Login(failure.into())
    }
}

/// Gives a fault the error of the thing that has it; an encrypted one is a setting at the OP.
pub(super) fn rejected(
    otherwise: impl FnOnce(String) -> LoginError,
) -> impl FnOnce(Rejection) -> LoginError {
    move |rejection| {
        match rejection {
        Rejection::Login(error) => error,
        Rejection::Fault(Fault::Encrypted) => LoginError::OpMisconfigured(
            "the OP encrypts its tokens (five parts): deselect the Encryption Key in the OP's provider".to_owned(),
        ),
        Rejection::Fault(fault) => otherwise(fault.to_string()),
    }
    }
}
