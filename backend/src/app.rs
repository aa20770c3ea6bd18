//! What a request may reach.

use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use shared::audit::AuditEntry;
use tokio::sync::{Mutex, watch};
use tokio::time::sleep;

use crate::config::{Config, Database, Given};
use crate::failure::remedy;
use crate::keys::{self, Keys};
use crate::limits::Limits;
use crate::login::once::Callbacks;
use crate::metrics::Metrics;
use crate::op::Op;
use crate::password::Passwords;
use crate::store::{self, AuditFilter, Store};
use clock::Clock;
use oidc::client::Timeouts;

/// How soon a database is asked again that is there and does not answer.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// The application: built once, in [`App::new`].
pub struct App {
    /// The settings, as they were at the start. What a reload changes of them is in
    /// [`App::provider`], [`App::keys`] and [`App::database`].
    pub config: Config,
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Password hashes.
    pub passwords: Passwords,
    /// Rate limits.
    pub limits: Limits,
    /// What is counted.
    pub metrics: Metrics,
    /// Callbacks that may come twice.
    pub callbacks: Callbacks,
    /// Whose turn it is to have the doctor look.
    pub doctor: tokio::sync::Mutex<()>,
    /// What the settings that count now were given.
    pub(crate) given: Mutex<Given>,
    database: RwLock<Database>,
    keys: RwLock<Arc<Keys>>,
    provider: Option<watch::Sender<Arc<Op>>>,
}

/// A handle on the [`App`].
#[derive(Clone)]
pub struct AppState(Arc<App>);

impl Deref for AppState {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}

impl App {
    /// Builds the application: connects the database and brings it up to date. PostgreSQL may be
    /// away. Does not talk to the OP, which may be down.
    ///
    /// # Errors
    /// When the database can never be used as it is, or the secret key neither read nor made.
    #[expect(
        clippy::new_ret_no_self,
        reason = "nobody has an `App` but through its handle"
    )]
    pub async fn new(config: Config, clock: Clock) -> anyhow::Result<AppState> {
        Self::with_timeouts(config, clock, Timeouts::default()).await
    }

    /// The same, with other timeouts for the OP.
    ///
    /// # Errors
    /// As [`App::new`].
    pub async fn with_timeouts(
        config: Config,
        clock: Clock,
        timeouts: Timeouts,
    ) -> anyhow::Result<AppState> {
        let keys = load_keys(&config)?;
        let store = Store::connect(&config.database).await?;
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
            doctor: tokio::sync::Mutex::default(),
            keys: RwLock::new(Arc::new(keys)),
            provider,
        })))
    }

    /// Returns what seals cookies. Whoever does more than one thing with it keeps it meanwhile.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&keys)
    }

    /// Returns where the database is, with the password that counts now.
    #[must_use]
    pub fn database(&self) -> Database {
        let database = self.database.read();
        database.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has the database known by another password.
    pub(crate) fn replace_database(&self, new: Database) {
        let database = self.database.write();
        *database.unwrap_or_else(PoisonError::into_inner) = new;
    }

    /// Has others seal cookies from now on.
    pub(crate) fn replace_keys(&self, new: Keys) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        *keys = Arc::new(new);
    }

    /// Has requests that begin from now on go to this provider.
    pub(crate) fn replace_provider(&self, new: Op) {
        if let Some(provider) = &self.provider {
            provider.send_replace(Arc::new(new));
        }
    }

    /// Returns the OP, to be asked when it was replaced.
    pub(crate) fn provider_changes(&self) -> Option<watch::Receiver<Arc<Op>>> {
        Some(self.provider.as_ref()?.subscribe())
    }

    /// Returns the OP; `None` where none is configured. A request keeps the one that it began with.
    #[must_use]
    pub fn provider(&self) -> Option<Arc<Op>> {
        let provider = self.provider.as_ref()?;
        Some(Arc::clone(&provider.borrow()))
    }
}

impl AppState {
    /// Returns entries of the audit trail, the latest first: a failure with what an admin should do
    /// about it, at the OP that is configured now.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditEntry>, store::Error> {
        let entries = self.store.audit(filter).await?;
        let provider = self.config.op_name();
        let told = entries.into_iter().map(|(mut entry, cause)| {
            entry.remedy = cause.map(|cause| remedy(cause, provider).to_owned());
            entry
        });
        Ok(told.collect())
    }

    /// Refuses to run where nobody could administer: passwords are off, and no admin has an
    /// identity at an OP. `POSTERN_BREAK_GLASS=true` lets it run all the same.
    ///
    /// # Errors
    /// Then, with the remedy; and a [`store::Error`] where the database does not answer, which leaves
    /// it to [`AppState::until_locked_out`].
    pub async fn refuse_lockout(&self) -> anyhow::Result<()> {
        if self.config.password_login || self.store.has_linked_admin().await? {
            return Ok(());
        }
        if self.config.break_glass {
            tracing::warn!(
                "no admin has an identity at the OP: without OIDC_ROLE_ADMIN nobody can administer \
                 this server (POSTERN_BREAK_GLASS)"
            );
            return Ok(());
        }
        anyhow::bail!(
            "DISABLE_USERPASS_LOGIN=true, but no admin has connected an account at the OP, so that \
             nobody could administer this server. Fix: start without it, log in as an admin, connect \
             the account on the profile page, and set it again; or set POSTERN_BREAK_GLASS=true, for \
             example where OIDC_ROLE_ADMIN makes the admins"
        )
    }

    /// Waits until the database says whether nobody could administer, and gives the error of
    /// [`AppState::refuse_lockout`] then; waits for ever where somebody could.
    pub async fn until_locked_out(&self) -> anyhow::Error {
        loop {
            self.store.until_there().await;
            match self.refuse_lockout().await {
                Ok(()) => return std::future::pending().await,
                Err(error) if error.is::<store::Error>() => sleep(ASK_AGAIN).await,
                Err(error) => return error,
            }
        }
    }
}

/// Derives the keys from `POSTERN_SECRET_KEY`, or from the key in the data folder.
///
/// # Errors
/// When that can be neither read nor made.
pub fn load_keys(config: &Config) -> anyhow::Result<Keys> {
    Ok(match &config.secret_key {
        Some(secret) => Keys::derive(secret),
        None => Keys::derive(&keys::load_or_create_secret(&config.data_dir)?),
    })
}
