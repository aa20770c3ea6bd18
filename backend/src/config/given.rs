//! The given values of the settings as hashes, so that a reload can tell which ones changed. Holds
//! no values.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

use super::oidc::OidcConfig;
use super::source::Reader;
use crate::brand::{Backdrop, Brand};

/// A secret of this process, so that a hash reveals nothing about a value to anybody else.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// A hash of each setting's text, and of the content of the file that it names.
#[derive(Clone, Default)]
pub struct Given(BTreeMap<&'static str, u64>);

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Given {
    /// Hashes what the reader found and the settings that it produced.
    pub(super) fn of(reader: &Reader, oidc: Option<&OidcConfig>, brand: &Brand) -> Self {
        let hashed = |(name, text)| (name, HASHER.hash_one((text, file(name, oidc, brand))));
        Self(reader.texts().map(hashed).collect())
    }

    /// Returns the names of the settings that differ between the two.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = self.0.keys().chain(other.0.keys()).copied().collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|name| self.0.get(name) != other.0.get(name));
        names
    }

    /// Takes over the other's hashes for these names.
    pub fn take(&mut self, names: &[&'static str], others: &Self) {
        for name in names {
            match others.0.get(name) {
                Some(hash) => self.0.insert(name, *hash),
                None => self.0.remove(name),
            };
        }
    }
}

/// Returns the content of the file that the setting names, or what identifies it.
fn file<'a>(name: &str, oidc: Option<&'a OidcConfig>, brand: &'a Brand) -> Option<&'a [u8]> {
    match name {
        "OIDC_TLS_CACERTFILE" => {
            let bundle = oidc?.rp.ca_certificates.as_ref()?;
            Some(&bundle.pem)
        }
        "POSTERN_BRAND_LOGO" => Some(brand.logo.as_ref()?.fingerprint().as_bytes()),
        "POSTERN_BRAND_BACKGROUND" => match brand.backdrop.as_ref()? {
            Backdrop::Image(image) => Some(image.fingerprint().as_bytes()),
            Backdrop::Color { .. } => None,
        },
        _ => None,
    }
}
