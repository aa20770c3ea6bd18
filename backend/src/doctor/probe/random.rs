//! Texts that nobody can guess.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::session::random_bytes;

/// Returns a text that nobody can guess, of letters, digits, `-` and `_`.
pub(crate) fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes())
}
