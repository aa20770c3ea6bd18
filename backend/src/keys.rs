//! Keys derived from the one secret key, one for each kind of token, so that no cookie can be used
//! as another.

use std::fmt;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cookie::{Cookie, CookieJar, Key};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::private_file;
use crate::session::random_bytes;
use clock::Timestamp;

/// How long a replaced key still opens cookies: no sealed cookie that a login needs lives longer.
const PREVIOUS_KEY_LIFETIME: Duration = Duration::from_secs(600);

/// The name under which texts for the database are sealed.
const STORED: &str = "stored";

/// The keys. Has no `Debug`.
pub struct Keys {
    /// For login attempts.
    pub attempt: CookieKeyring,
    /// For the OP's refresh tokens, which are in the database.
    pub refresh: CookieKeyring,
    /// For pending links.
    pub link: CookieKeyring,
    /// For outcomes of callbacks, which are in the database for a moment.
    pub callback: CookieKeyring,
    /// For browsers that have logged in before.
    pub browser: CookieKeyring,
    /// For the private keys of assertions, in the database.
    pub assertion: Key,
    setup_token: SecretString,
    doctor: SecretSlice<u8>,
    guess: SecretSlice<u8>,
}

/// The keys that seal one kind of cookie. Its `Debug` shows none.
pub struct CookieKeyring {
    key: Key,
    /// The replaced keys, and until when they open cookies.
    previous: Vec<(Key, Timestamp)>,
}

impl fmt::Debug for CookieKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CookieKeyring")
    }
}

impl CookieKeyring {
    fn new(key: Key) -> Self {
        let previous = Vec::new();
        Self { key, previous }
    }

    /// Returns the key that seals.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Returns the keys that open.
    pub fn opening(&self, now: Timestamp) -> impl Iterator<Item = &Key> {
        let previous = self.previous.iter().filter(move |(_, until)| now < *until);
        std::iter::once(&self.key).chain(previous.map(|(key, _)| key))
    }

    /// Seals a text for the database.
    #[must_use]
    pub fn seal(&self, text: &str) -> String {
        let mut jar = CookieJar::new();
        jar.private_mut(&self.key)
            .add(Cookie::new(STORED, text.to_owned()));
        let sealed = jar.get(STORED).map(|sealed| sealed.value().to_owned());
        sealed.unwrap_or_default()
    }

    /// Opens a text from the database; `None` if it was sealed with another key.
    #[must_use]
    pub fn open(&self, sealed: &str, now: Timestamp) -> Option<String> {
        let sealed = Cookie::new(STORED, sealed.to_owned());
        let jar = CookieJar::new();
        let opened = self
            .opening(now)
            .find_map(|key| jar.private(key).decrypt(sealed.clone()));
        Some(opened?.value().to_owned())
    }

    /// Replaces another keyring at this time.
    fn replace(&mut self, other: &Self, now: Timestamp) {
        let known = other.previous.iter().filter(|(_, until)| now < *until);
        self.previous = known.cloned().collect();
        self.previous
            .push((other.key.clone(), now.plus(PREVIOUS_KEY_LIFETIME)));
    }
}

impl Keys {
    /// Derives the keys (HKDF-SHA256, RFC 5869) from the secret key.
    ///
    /// # Panics
    /// Never: HKDF supports the requested lengths.
    #[must_use]
    pub fn derive(secret: &SecretSlice<u8>) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, secret.expose_secret());
        let expand = |label: &str, out: &mut [u8]| {
            hkdf.expand(label.as_bytes(), out)
                .expect("64 bytes are within HKDF's limit");
        };
        let seal = |label| {
            let mut bytes = [0; 64];
            expand(label, &mut bytes);
            CookieKeyring::new(Key::from(&bytes))
        };
        let mut assertion = [0; 64];
        expand("postern assertion key v1", &mut assertion);
        let mut setup = [0; 18];
        expand("postern setup token v1", &mut setup);
        let mut doctor = vec![0; 32];
        expand("postern doctor v1", &mut doctor);
        let mut guess = vec![0; 32];
        expand("postern guess count v1", &mut guess);
        Self {
            attempt: seal("postern login attempt v1"),
            refresh: seal("postern refresh token v1"),
            link: seal("postern pending link v1"),
            callback: seal("postern callback v1"),
            browser: seal("postern known browser v1"),
            assertion: Key::from(&assertion),
            setup_token: URL_SAFE_NO_PAD.encode(setup).into(),
            doctor: doctor.into(),
            guess: guess.into(),
        }
    }

    /// Replaces other keys, which still open what they sealed a moment ago.
    #[must_use]
    pub fn rotate_from(mut self, others: &Self, now: Timestamp) -> Self {
        self.attempt.replace(&others.attempt, now);
        self.link.replace(&others.link, now);
        self.callback.replace(&others.callback, now);
        self.browser.replace(&others.browser, now);
        self.refresh.replace(&others.refresh, now);
        self
    }

    /// Returns true if these are derived from the same secret.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.is_setup_token(other.setup_token.expose_secret())
    }

    /// Returns the setup token: the same on all replicas, and stored nowhere.
    #[must_use]
    pub fn setup_token(&self) -> &SecretString {
        &self.setup_token
    }

    /// Returns the doctor's keyed hash (HMAC-SHA256, RFC 2104) of `label`. Whoever can compute it
    /// has the secret key.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    #[must_use]
    pub fn doctor_mac(&self, label: &str, text: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.doctor.expose_secret())
            .expect("HMAC takes keys of any length");
        mac.update(label.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    /// Returns the key of a count of guesses in the database (HMAC-SHA256, RFC 2104): nobody who reads
    /// it learns who guessed.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    #[must_use]
    pub fn guess_key(&self, name: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.guess.expose_secret())
            .expect("HMAC takes keys of any length");
        mac.update(name.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// Returns true if this is the setup token; compares in constant time.
    #[must_use]
    pub fn is_setup_token(&self, token: &str) -> bool {
        self.setup_token
            .expose_secret()
            .as_bytes()
            .ct_eq(token.trim().as_bytes())
            .into()
    }
}

/// The secret key's file in the data folder.
pub const SECRET_FILE: &str = "secret.key";

/// Reads the secret key from `secret.key` in the data folder; `None` if there is none yet.
///
/// # Errors
/// The file cannot be read, or contains something else.
pub fn read_secret(data_dir: &Path) -> anyhow::Result<Option<SecretSlice<u8>>> {
    let path = data_dir.join(SECRET_FILE);
    let shown = path.display();
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let text = text.trim();
            anyhow::ensure!(
                text.len() >= 43,
                "{shown} holds no secret key: delete it to have a new one made"
            );
            Ok(Some(text.as_bytes().to_vec().into()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {shown}")),
    }
}

/// Reads the secret key from `secret.key` in the data folder, or creates it (mode 0600).
///
/// # Errors
/// The file can be neither read nor written, or contains something else.
pub fn load_or_create_secret(data_dir: &Path) -> anyhow::Result<SecretSlice<u8>> {
    if let Some(secret) = read_secret(data_dir)? {
        return Ok(secret);
    }
    let path = data_dir.join(SECRET_FILE);
    let shown = path.display();
    private_file::create_folder(data_dir)
        .with_context(|| format!("making {}", data_dir.display()))?;
    let secret = URL_SAFE_NO_PAD.encode(random_bytes());
    write_private(&path, &secret).with_context(|| format!("writing {shown}"))?;
    // Two processes may have started at once; both use what is in the file now.
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {shown}"))?;
    Ok(text.trim().as_bytes().to_vec().into())
}

/// Writes the file whole and for its owner alone, or not at all; keeps one that is there.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let temporary = path.with_extension(format!("{}.new", std::process::id()));
    // One of a process of that number that was killed.
    let _ = std::fs::remove_file(&temporary);
    let made = private_file::create_new(private_file::options().write(true), &temporary)?;
    let mut file = made.ok_or(std::io::ErrorKind::AlreadyExists)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // A hard link fails if the name exists, so the first writer wins.
    let linked = match std::fs::hard_link(&temporary, path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        // The file system has no hard links.
        Err(_) => std::fs::rename(&temporary, path),
        Ok(()) => Ok(()),
    };
    let _ = std::fs::remove_file(&temporary);
    linked
}

#[cfg(test)]
mod tests {
    use super::load_or_create_secret;
    use secrecy::ExposeSecret;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_missing_data_folder_is_made_and_its_key_kept() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("not/there/yet");

        let first = load_or_create_secret(&folder).unwrap();
        let second = load_or_create_secret(&folder).unwrap();

        assert_eq!(first.expose_secret(), second.expose_secret());
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&folder), mode(&folder.join("secret.key"))),
            (0o700, 0o600)
        );
    }
}
