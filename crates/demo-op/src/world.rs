//! The state of a running OP, behind one lock.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::keys::{Key, hex, random_bytes, random_token};
use crate::lie::{Lie, Lies};
use crate::request::Request;
use crate::settings::{Client, Settings, User};

/// The cookie of the OP's own session.
pub(crate) const SESSION_COOKIE: &str = "authentik_session";

/// How many requests are remembered; a demo may run for weeks.
const REMEMBERED: usize = 2000;

/// The state that all handlers share.
#[derive(Clone)]
pub(crate) struct App(Arc<Mutex<World>>);

impl App {
    /// Creates a world with these settings, with its first key.
    pub(crate) fn new(settings: Settings) -> Self {
        let mut world = World {
            settings,
            lies: Lies::default(),
            requests: VecDeque::new(),
            codes: BTreeMap::new(),
            access_tokens: BTreeMap::new(),
            refresh_tokens: BTreeMap::new(),
            pushed: BTreeMap::new(),
            sessions: BTreeMap::new(),
            keys: Vec::new(),
            rotations: 0,
            short_key: OnceCell::new(),
            fixed_now: None,
        };
        world.provide_keys();
        Self(Arc::new(Mutex::new(world)))
    }

    /// Locks the world. A test that panicked while it held the lock does not end the others.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The OP's state.
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) lies: Lies,
    pub(crate) requests: VecDeque<Request>,
    pub(crate) codes: BTreeMap<String, Code>,
    pub(crate) access_tokens: BTreeMap<String, Access>,
    pub(crate) refresh_tokens: BTreeMap<String, Grant>,
    /// Pushed authorization requests (RFC 9126) by their URI.
    pub(crate) pushed: BTreeMap<String, Vec<(String, String)>>,
    /// The OP's own sessions by their cookie.
    pub(crate) sessions: BTreeMap<String, Session>,
    /// Signing keys by generation.
    keys: Vec<Key>,
    rotations: usize,
    /// The key of [`Lie::ShortKey`], once it has been told.
    short_key: OnceCell<Key>,
    /// The time, when it stands still.
    pub(crate) fixed_now: Option<i64>,
}

/// What an authorization request was granted.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) username: String,
    pub(crate) scopes: Vec<String>,
    /// `None` if the request had none, and after a refresh.
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) auth_time: i64,
    pub(crate) sid: String,
}

/// The code challenge of PKCE (RFC 7636).
#[derive(Clone, Debug)]
pub(crate) enum Challenge {
    Plain(String),
    S256(String),
}

/// An issued code.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) grant: Grant,
    pub(crate) expires_at: i64,
    pub(crate) is_used: bool,
}

/// An issued access token.
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) grant: Grant,
    pub(crate) expires_at: i64,
}

/// A browser's login at the OP.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) username: String,
    pub(crate) auth_time: i64,
    pub(crate) sid: String,
    /// Clients that were given an ID token with this `sid`.
    pub(crate) clients: BTreeSet<String>,
}

impl World {
    /// Returns the OP's idea of the time, in seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        let elapsed = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let real = i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX);
        self.fixed_now
            .unwrap_or(real)
            .saturating_add(self.lies.clock())
    }

    /// Returns the path of the application.
    pub(crate) fn application_path(&self) -> String {
        format!("/application/o/{}/", self.settings.slug)
    }

    /// Returns the issuer as seen from an origin.
    pub(crate) fn issuer(&self, origin: &str) -> String {
        format!("{origin}{}", self.application_path())
    }

    /// Returns a registered client.
    pub(crate) fn client(&self, id: &str) -> Option<&Client> {
        self.settings.clients.iter().find(|client| client.id == id)
    }

    /// Returns a user by name.
    pub(crate) fn user(&self, username: &str) -> Option<&User> {
        self.settings
            .users
            .iter()
            .find(|user| user.username == username)
    }

    /// Returns a user by name, for changes.
    pub(crate) fn user_mut(&mut self, username: &str) -> Option<&mut User> {
        self.settings
            .users
            .iter_mut()
            .find(|user| user.username == username)
    }

    /// Returns the live OP session of a request, with its cookie's value.
    pub(crate) fn session(&self, request: &Request) -> Option<(String, Session)> {
        let cookie = request.cookie(SESSION_COOKIE)?;
        let session = self.sessions.get(cookie)?;
        let is_active = self.user(&session.username).is_some_and(|user| user.active);
        is_active.then(|| (cookie.to_owned(), session.clone()))
    }

    /// Starts an OP session; returns its cookie's value.
    pub(crate) fn start_session(&mut self, username: &str) -> (String, Session) {
        let session = Session {
            username: username.to_owned(),
            auth_time: self.now(),
            sid: hex(random_bytes::<32>()),
            clients: BTreeSet::new(),
        };
        let cookie = random_token();
        self.sessions.insert(cookie.clone(), session.clone());
        (cookie, session)
    }

    /// Records a request, and forgets the oldest if there are too many.
    pub(crate) fn remember(&mut self, request: Request) {
        if self.requests.len() >= REMEMBERED {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
    }

    /// Returns the current signing key.
    pub(crate) fn key(&self) -> &Key {
        if self.lies.has(&Lie::ShortKey) {
            return self.short_key.get_or_init(Key::short);
        }
        &self.keys[self.generation()]
    }

    /// Returns the generation of the current signing key.
    pub(crate) fn generation(&self) -> usize {
        self.rotations + usize::from(self.lies.has(&Lie::KeysRotated))
    }

    /// Makes the next key the signing key.
    pub(crate) fn rotate_keys(&mut self) {
        self.rotations += 1;
        self.provide_keys();
    }

    /// Creates the keys that are needed by now.
    pub(crate) fn provide_keys(&mut self) {
        for generation in self.keys.len()..=self.generation() {
            self.keys
                .push(Key::new(self.settings.algorithm, generation));
        }
    }
}

/// Returns a user's subject: by default a hash that is the same at every start.
pub(crate) fn subject(user: &User) -> String {
    user.sub
        .clone()
        .unwrap_or_else(|| hex(Sha256::digest(format!("subject of {}", user.username))))
}
