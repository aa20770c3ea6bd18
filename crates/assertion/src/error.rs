//! Why an assertion is refused.

/// Why an assertion is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssertionError {
    /// The request has none, or more than one.
    #[error("the request has no assertion, or more than one")]
    Missing,
    /// It is no JWT, or one of another kind, or signed by an algorithm other than ES256.
    #[error("this is no assertion of Postern")]
    Malformed,
    /// No key of Postern's has its `kid`.
    #[error("the assertion is signed by a key that is not Postern's")]
    UnknownKey,
    /// The signature does not fit.
    #[error("the assertion's signature does not fit")]
    WrongSignature,
    /// It is for another application.
    #[error("the assertion is for another application")]
    OtherAudience,
    /// Its time is over, or not yet come: the clocks of the two machines may differ.
    #[error("the assertion is not valid at this time")]
    WrongTime,
    /// Postern's keys cannot be fetched.
    #[error("Postern's keys cannot be fetched")]
    Keys(#[source] Box<dyn std::error::Error + Send + Sync>),
}
