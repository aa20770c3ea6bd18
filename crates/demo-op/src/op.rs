//! The running OP: a listener whose connections can be cut at any time, and its controls for tests.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::backchannel;
use crate::demo;
use crate::id_token;
use crate::lie::Lie;
use crate::request::Request;
use crate::routes::router;
use crate::settings::{Client, Settings, User};
use crate::world::{App, subject};

/// A running OP; it ends when dropped.
pub struct Op {
    app: App,
    address: SocketAddr,
    origin: String,
    issuer: String,
    /// The accepting task, which owns the listener and all connections; `None` while paused.
    server: Mutex<Option<JoinHandle<()>>>,
}

impl Op {
    /// Starts an OP.
    ///
    /// # Errors
    /// `settings.listen` cannot be bound.
    pub async fn start(settings: Settings) -> anyhow::Result<Self> {
        let listen = settings.listen;
        let listener = bind(listen).await?;
        let address = listener.local_addr().context("the bound address")?;
        // Creating an RSA key takes a while, so not on a thread that serves.
        let app = tokio::task::spawn_blocking(|| App::new(settings)).await?;
        let origin = format!("http://{address}");
        let issuer = app.world().issuer(&origin);
        let server = Mutex::new(Some(serve(listener, router(app.clone()))));
        Ok(Self {
            app,
            address,
            origin,
            issuer,
            server,
        })
    }

    /// Returns the issuer, with its trailing slash.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns the application's URL: the issuer without the trailing slash.
    pub fn application_url(&self) -> String {
        self.issuer.trim_end_matches('/').to_owned()
    }

    /// Returns scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the address that is listened on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops listening and cuts all connections; new ones are refused.
    pub async fn pause(&self) {
        let server = self
            .server
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(server) = server {
            server.abort();
            // The listener is closed when the task is gone. An error only says that it was
            // canceled.
            let _ = server.await;
        }
    }

    /// Listens again on the same port, with the same state as before.
    ///
    /// # Errors
    /// Somebody else took the port.
    pub async fn resume(&self) -> anyhow::Result<()> {
        self.pause().await;
        let listener = bind(self.address).await?;
        let server = serve(listener, router(self.app.clone()));
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(server);
        Ok(())
    }

    /// Ends the OP, and waits until its port is free.
    pub async fn stop(self) {
        self.pause().await;
    }

    /// Registers a client, replacing the one with that id.
    pub fn register(&self, client: Client) {
        let mut world = self.app.world();
        world.settings.clients.retain(|known| known.id != client.id);
        world.settings.clients.push(client);
    }

    /// Adds a user, replacing the one with that name.
    pub fn add_user(&self, user: User) {
        demo::put_user(&mut self.app.world(), user);
    }

    /// Changes a user.
    ///
    /// # Panics
    /// There is no such user: a test that misspells a name should not pass.
    #[track_caller]
    pub fn change_user(&self, username: &str, change: impl FnOnce(&mut User)) {
        let mut world = self.app.world();
        let user = world.user_mut(username);
        change(user.unwrap_or_else(|| panic!("the OP knows no user {username}")));
    }

    /// Changes the claim `email`; `None` leaves it out.
    ///
    /// # Panics
    /// There is no such user.
    #[track_caller]
    pub fn set_email(&self, username: &str, email: Option<&str>) {
        self.change_user(username, |user| user.email = email.map(str::to_owned));
    }

    /// Changes the claim `email_verified`; `Null` leaves it out.
    ///
    /// # Panics
    /// There is no such user.
    #[track_caller]
    pub fn set_email_verified(&self, username: &str, value: impl Into<Value>) {
        self.change_user(username, |user| user.email_verified = value.into());
    }

    /// Changes the claim `groups`.
    ///
    /// # Panics
    /// There is no such user.
    #[track_caller]
    pub fn set_groups(&self, username: &str, groups: &[&str]) {
        self.change_user(username, |user| {
            user.groups = groups.iter().map(|&group| group.to_owned()).collect();
        });
    }

    /// Gives a user a further claim, in the ID token and at userinfo.
    ///
    /// # Panics
    /// There is no such user.
    #[track_caller]
    pub fn set_claim(&self, username: &str, claim: &str, value: impl Into<Value>) {
        self.change_user(username, |user| {
            user.claims.insert(claim.to_owned(), value.into());
        });
    }

    /// Removes a claim that [`Op::set_claim`] gave.
    ///
    /// # Panics
    /// There is no such user.
    #[track_caller]
    pub fn remove_claim(&self, username: &str, claim: &str) {
        self.change_user(username, |user| {
            user.claims.remove(claim);
        });
    }

    /// Returns the subject of a user; `None` if there is no such user.
    pub fn subject(&self, username: &str) -> Option<String> {
        self.app.world().user(username).map(subject)
    }

    /// Tells one more lie; earlier ones stay in force.
    pub fn lies(&self, lie: Lie) {
        let mut world = self.app.world();
        world.lies.0.push(lie);
        world.provide_keys();
    }

    /// Ends all lies.
    pub fn speaks_true(&self) {
        self.app.world().lies.0.clear();
    }

    /// Changes any other setting, such as [`Settings::response_iss`]; not `listen` or `slug`.
    ///
    /// A change of `algorithm` does not change the key: start another OP for that.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.app.world().settings);
    }

    /// Signs with another key, and publishes only that one.
    pub fn rotate_keys(&self) {
        self.app.world().rotate_keys();
    }

    /// Stops the OP's clock at this time, in seconds since 1970; `None` lets it run.
    pub fn set_time(&self, now: Option<i64>) {
        self.app.world().fixed_now = now;
    }

    /// Makes every issued code expire.
    pub fn expire_codes(&self) {
        self.app
            .world()
            .codes
            .values_mut()
            .for_each(|code| code.expires_at = i64::MIN);
    }

    /// Forgets everybody's login at the OP, without telling the clients.
    pub fn forget_sessions(&self) {
        self.app.world().sessions.clear();
    }

    /// Ends all OP sessions of a user as an admin does; returns the statuses of the clients'
    /// answers to their logout tokens, `None` for a client that could not be reached.
    pub async fn end_sessions(&self, username: &str) -> Vec<Option<u16>> {
        let notices = demo::end_sessions_of(&self.app, username, &self.origin);
        let mut statuses = Vec::new();
        for notice in &notices {
            statuses.push(backchannel::send(notice).await.ok());
        }
        statuses
    }

    /// Returns the `sid` of every OP session of a user.
    pub fn sids(&self, username: &str) -> Vec<String> {
        let world = self.app.world();
        let theirs = world
            .sessions
            .values()
            .filter(|session| session.username == username);
        theirs.map(|session| session.sid.clone()).collect()
    }

    /// Returns the requests that the OP saw, oldest first, without those to `/demo/`.
    pub fn requests(&self) -> Vec<Request> {
        self.app.world().requests.iter().cloned().collect()
    }

    /// Returns the requests to a path.
    pub fn requests_to(&self, path: &str) -> Vec<Request> {
        let world = self.app.world();
        world
            .requests
            .iter()
            .filter(|request| request.path == path)
            .cloned()
            .collect()
    }

    /// Forgets the requests that the OP saw.
    pub fn forget_requests(&self) {
        self.app.world().requests.clear();
    }

    /// Returns the header of an honest token: `alg`, `kid`, `typ`.
    pub fn header(&self) -> Value {
        id_token::header(&self.app.world())
    }

    /// Signs any header and claims with the current key, which the header does not choose. For
    /// HS256 the secret is that of the first client.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let world = self.app.world();
        let secret = world
            .settings
            .clients
            .first()
            .map(|client| client.secret.as_str());
        id_token::sign(&world, header, claims, secret.unwrap_or_default()).unwrap_or_default()
    }

    /// Returns the claims of a good logout token, to be changed and signed with
    /// [`Op::logout_header`].
    pub fn logout_claims(&self, client_id: &str, sub: &str, sid: &str) -> Value {
        backchannel::claims(&self.app.world(), &self.origin, client_id, sub, sid)
    }

    /// Returns the header of a good logout token.
    pub fn logout_header(&self) -> Value {
        backchannel::header(&self.app.world())
    }
}

impl Drop for Op {
    fn drop(&mut self) {
        let server = self
            .server
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(server) = server {
            server.abort();
        }
    }
}

/// Binds an address; the error names it.
async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("listening on {address}"))
}

/// Serves in a task that owns all connections, so that they end with it.
fn serve(listener: TcpListener, router: Router) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    // A connection that died before it was accepted is the peer's problem.
                    let Ok((stream, _)) = accepted else { continue };
                    let service = TowerToHyperService::new(router.clone());
                    let connection = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .serve_connection(TokioIo::new(stream), service);
                    connections.spawn(connection);
                }
                Some(_) = connections.join_next() => {}
            }
        }
    })
}
