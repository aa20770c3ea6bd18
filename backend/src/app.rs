//! The state that requests share.

use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use shared::audit::AuditEntry;
use shared::text::Language;
use tokio::sync::{Mutex, watch};
use tokio::time::{sleep, timeout};

use crate::account::{UsableIdentities, WaysIn};
use crate::assertion::key_ring::KeyRing;
use crate::config::{Config, Database, Given};
use crate::failure::{explanation, remedy};
use crate::keys::{self, Keys};
use crate::limits::Limits;
use crate::login::once::Callbacks;
use crate::metrics::Metrics;
use crate::op::Op;
use crate::password::Passwords;
use crate::rights;
use crate::store::{self, AuditFilter, Store};
use clock::Clock;
use oidc::client::Timeouts;

/// How soon a connected database that does not answer is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// How soon an OP is asked again that has not told its issuer.
const ASK_OP_AGAIN: Duration = Duration::from_secs(30);
/// How long the OP may take to tell its issuer.
const ISSUER_TIMEOUT: Duration = Duration::from_secs(3);

/// The application: built once, in [`App::new`].
pub struct App {
    /// The settings at the start. A reload changes [`App::provider`], [`App::keys`] and
    /// [`App::database`] instead.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Password hashes.
    pub passwords: Passwords,
    /// Rate limits.
    pub limits: Limits,
    /// Metrics.
    pub metrics: Metrics,
    /// Callbacks that may come twice.
    pub callbacks: Callbacks,
    /// What signs assertions.
    pub assertions: KeyRing,
    /// Lets one doctor run at a time.
    pub doctor: tokio::sync::Mutex<()>,
    /// The given values of the current settings.
    pub(crate) given: Mutex<Given>,
    database: RwLock<Database>,
    keys: RwLock<Arc<Keys>>,
    provider: Option<watch::Sender<Arc<Op>>>,
}

/// A handle to the [`App`].
#[derive(Clone)]
pub struct AppState(Arc<App>);

impl Deref for AppState {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}

impl App {
    /// Builds the application: connects the database and updates its tables. PostgreSQL may be
    /// down. Does not connect to the OP, which may be down too.
    ///
    /// # Errors
    /// The database can never be used as it is, or the secret key can be neither read nor created.
    #[expect(
        clippy::new_ret_no_self,
        reason = "nobody has an `App` but through its handle"
    )]
    pub async fn new(config: Config, clock: Clock) -> anyhow::Result<AppState> {
        Self::with_timeouts(config, clock, Timeouts::default()).await
    }

    /// Does the same with other timeouts for the OP.
    ///
    /// # Errors
    /// As [`App::new`].
    pub async fn with_timeouts(
        config: Config,
        clock: Clock,
        timeouts: Timeouts,
    ) -> anyhow::Result<AppState> {
        let keys = load_keys(&config).map_err(|error| with_rights(error, &config))?;
        let store = Store::connect(&config.database).await;
        let store = store.map_err(|error| with_rights(error.into(), &config))?;
        let provider = match &config.oidc {
            Some(oidc) => {
                let provider = Op::new(oidc.clone(), clock.clone(), timeouts)?;
                Some(watch::Sender::new(Arc::new(provider)))
            }
            None => None,
        };
        let passwords = Passwords::new();
        let limits = Limits::new(&clock);
        let metrics = Metrics::new(clock.now());
        Ok(AppState(Arc::new(Self {
            given: Mutex::new(config.given.clone()),
            database: RwLock::new(config.database.clone()),
            config,
            store,
            clock,
            passwords,
            limits,
            metrics,
            callbacks: Callbacks::default(),
            assertions: KeyRing::default(),
            doctor: tokio::sync::Mutex::default(),
            keys: RwLock::new(Arc::new(keys)),
            provider,
        })))
    }

    /// Returns the keys that seal cookies. A caller that does several things with them keeps the
    /// result.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&keys)
    }

    /// Returns where the database is, with the current password.
    #[must_use]
    pub fn database(&self) -> Database {
        let database = self.database.read();
        database.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the database's password.
    pub(crate) fn replace_database(&self, new: Database) {
        let database = self.database.write();
        *database.unwrap_or_else(PoisonError::into_inner) = new;
    }

    /// Replaces the keys that seal cookies.
    pub(crate) fn replace_keys(&self, new: Keys) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        *keys = Arc::new(new);
    }

    /// Makes new requests use this provider.
    pub(crate) fn replace_provider(&self, new: Op) {
        if let Some(provider) = &self.provider {
            provider.send_replace(Arc::new(new));
        }
    }

    /// Returns the OP as a channel, to notice when it is replaced.
    pub(crate) fn provider_changes(&self) -> Option<watch::Receiver<Arc<Op>>> {
        Some(self.provider.as_ref()?.subscribe())
    }

    /// Returns the OP; `None` if none is configured. A request keeps the one it started with.
    #[must_use]
    pub fn provider(&self) -> Option<Arc<Op>> {
        let provider = self.provider.as_ref()?;
        Some(Arc::clone(&provider.borrow()))
    }
}

impl AppState {
    /// Returns entries of the audit trail, the latest first. Failures have their cause and
    /// a remedy at the currently configured OP, in that language.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        language: Language,
    ) -> Result<Vec<AuditEntry>, store::Error> {
        let entries = self.store.audit(filter).await?;
        let provider = self.config.op_name();
        let told = entries.into_iter().map(|(mut entry, cause)| {
            if let Some(cause) = cause {
                entry.cause = Some(explanation(cause).translated(language));
                entry.remedy = Some(remedy(cause, provider).translated(language));
            }
            entry
        });
        Ok(told.collect())
    }

    /// Returns how accounts can log in at the moment. Asks the OP for its issuer if it has not told
    /// it yet, but not for long.
    pub async fn ways_in(&self) -> WaysIn {
        let identities = match self.provider() {
            None => UsableIdentities::None,
            Some(provider) => match timeout(ISSUER_TIMEOUT, provider.rp.expected_issuer()).await {
                Ok(Ok(expected)) => UsableIdentities::Of(expected.issuer),
                Ok(Err(_)) | Err(_) => UsableIdentities::All,
            },
        };
        WaysIn {
            password: self.config.password_login,
            identities,
        }
    }

    /// Refuses to run if nobody could act as an admin: passwords are off, and no admin has an
    /// identity at the configured OP. While that has not told its issuer, any identity counts. `POSTERN_BREAK_GLASS=true` overrides this.
    ///
    /// # Errors
    /// Returned in that case, with the remedy. A [`store::Error`] if the database does not answer;
    /// [`AppState::until_locked_out`] then decides later.
    pub async fn refuse_lockout(&self) -> anyhow::Result<()> {
        if self.config.password_login || self.store.has_admin(&self.ways_in().await).await? {
            return Ok(());
        }
        if self.config.break_glass {
            tracing::warn!(
                "no admin has an identity at the configured OP: without OIDC_ROLE_ADMIN nobody can administer \
                 this server (POSTERN_BREAK_GLASS)"
            );
            return Ok(());
        }
        anyhow::bail!(
            "DISABLE_USERPASS_LOGIN=true, but no admin has connected an account at the configured OP, so \
             that nobody could administer this server. Fix: start without it, log in as an admin, \
             connect the account on the profile page, and set it again; if the OP moved, so that its \
             issuer is another one, run `postern identities remap`; or set POSTERN_BREAK_GLASS=true, for \
             example where OIDC_ROLE_ADMIN makes the admins"
        )
    }

    /// Waits until database and OP say whether somebody could act as an admin. If nobody could,
    /// returns the error of [`AppState::refuse_lockout`]; otherwise waits for ever.
    pub async fn until_locked_out(&self) -> anyhow::Error {
        loop {
            self.store.until_there().await;
            match self.refuse_lockout().await {
                Ok(())
                    if self.config.password_login
                        || self.config.break_glass
                        || !self.ways_in().await.identities.is_all() =>
                {
                    return std::future::pending().await;
                }
                Ok(()) => sleep(ASK_OP_AGAIN).await,
                Err(error) if error.is::<store::Error>() => sleep(ASK_AGAIN).await,
                Err(error) => return error,
            }
        }
    }
}

/// Adds to a fault of the start what keeps this process out of the data folder, if anything does.
fn with_rights(error: anyhow::Error, config: &Config) -> anyhow::Error {
    let key = config.data_dir.join(keys::SECRET_FILE);
    let mut obstacle = rights::obstacle(&config.data_dir, &[&key]);
    if let Database::Sqlite(path) = &config.database
        && let Some(folder) = path.parent()
    {
        obstacle = obstacle.or_else(|| rights::obstacle(folder, &[path]));
    }
    match obstacle {
        Some(obstacle) => error.context(obstacle),
        None => error,
    }
}

/// Derives the keys from `POSTERN_SECRET_KEY`, or from the key in the data folder.
///
/// # Errors
/// It can be neither read nor created.
pub fn load_keys(config: &Config) -> anyhow::Result<Keys> {
    Ok(match &config.secret_key {
        Some(secret) => Keys::derive(secret),
        None => Keys::derive(&keys::load_or_create_secret(&config.data_dir)?),
    })
}
