//! Values that nobody can guess.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore as _;
use rand::rngs::OsRng;

/// Returns 256 random bits of the operating system, as 43 characters of base64url.
///
/// # Panics
/// If the operating system has no randomness to give.
pub(super) fn random_text() -> String {
    let mut bytes = [0; 32];
    OsRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system gives randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}
