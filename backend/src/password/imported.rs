//! Hashes that another program made: bcrypt, and argon2 with other parameters. The first login with
//! the right password replaces them.

use argon2::password_hash::PasswordHash;
use argon2::{Algorithm, Argon2, Params};
use bcrypt::HashParts;

/// The highest cost of bcrypt: each step doubles the time, and this one takes about a second.
const MAX_BCRYPT_COST: u32 = 14;
/// The most memory that argon2 may want, in KiB.
const MAX_MEMORY: u32 = 128 * 1024;
/// The most passes over it.
const MAX_PASSES: u32 = 10;

/// Can a login verify this hash, at a cost that the server can bear?
#[must_use]
pub fn is_verifiable(hash: &str) -> bool {
    if is_bcrypt(hash) {
        let parts: Result<HashParts, _> = hash.parse();
        return parts.is_ok_and(|parts| parts.get_cost() <= MAX_BCRYPT_COST);
    }
    let Ok(parsed) = PasswordHash::new(hash) else {
        return false;
    };
    let has_all = parsed.salt.is_some() && parsed.hash.is_some();
    has_all
        && Algorithm::try_from(parsed.algorithm).is_ok()
        && Params::try_from(&parsed)
            .is_ok_and(|params| params.m_cost() <= MAX_MEMORY && params.t_cost() <= MAX_PASSES)
}

/// Is this one of bcrypt's?
pub(super) fn is_bcrypt(hash: &str) -> bool {
    hash.starts_with("$2")
}

/// Is this hash as this version makes them?
pub(super) fn is_current(hash: &str) -> bool {
    let ours = Argon2::default();
    PasswordHash::new(hash).is_ok_and(|parsed| {
        parsed.algorithm == Algorithm::default().ident()
            && Params::try_from(&parsed).is_ok_and(|params| {
                let costs = |it: &Params| (it.m_cost(), it.t_cost(), it.p_cost());
                costs(&params) == costs(ours.params())
            })
    })
}

/// Does the password fit a hash of bcrypt's? It looks at 72 bytes, as other programs do.
pub(super) fn fits_bcrypt(password: &str, hash: &str) -> bool {
    bcrypt::verify(password, hash).unwrap_or(false)
}
