//! Signed things of the OP that are not accepted.

use super::answer::OpFailure;
use super::error::Error;
use super::jws::TokenFault;
use super::misconfiguration::Misconfiguration;

/// Why a signed thing of the OP was not accepted: it is faulty, or there were no keys to be had.
pub(super) enum Rejection {
    /// A fault of its own.
    Token(TokenFault),
    /// What kept it from being checked.
    Other(Error),
}

impl From<TokenFault> for Rejection {
    fn from(fault: TokenFault) -> Self {
        Self::Token(fault)
    }
}

impl From<Error> for Rejection {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<OpFailure> for Rejection {
    fn from(failure: OpFailure) -> Self {
        Self::Other(failure.into())
    }
}

/// Gives a fault of an ID token its error: one of another issuer has a remedy of its own.
pub(super) fn rejected_id_token(rejection: Rejection) -> Error {
    match rejection {
        Rejection::Token(TokenFault::OtherIssuer(detail)) => Error::TokenForeign(detail),
        rejection => rejected(Error::TokenInvalid)(rejection),
    }
}

/// Gives a fault the error of the thing that has it; an encrypted one is a setting at the OP.
pub(super) fn rejected(otherwise: impl FnOnce(String) -> Error) -> impl FnOnce(Rejection) -> Error {
    move |rejection| {
        match rejection {
        Rejection::Other(error) => error,
        Rejection::Token(TokenFault::Encrypted) => Error::OpMisconfigured(
            Misconfiguration::Encryption,
            "the OP encrypts its tokens (five parts): deselect the Encryption Key in the OP's provider".to_owned(),
        ),
        Rejection::Token(fault @ TokenFault::TooLong(_)) => Error::OpMisconfigured(
            Misconfiguration::TokenSize,
            fault.to_string(),
        ),
        Rejection::Token(fault) => otherwise(fault.to_string()),
    }
    }
}
