//! Serves the application until it is stopped.

mod byte_budget;
mod connection_state;
mod connection_io;
mod connections;
mod sweeper;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinSet;

use crate::app::AppState;
use crate::http;
use crate::http::front::Front;
use crate::http::own_routes::OwnRoutes;
use crate::telemetry::chain;
use connections::Connections;

/// How long requests in progress may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How many connections may wait to be accepted, if the system allows it, so that a crowd is not
/// turned away for a second.
const BACKLOG: u32 = 4096;

/// Listens on the address.
///
/// # Errors
/// The address is taken, is not one of this machine, or is not allowed for this user.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Otherwise a restarted server finds its port still in use.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves on the listener until `stop` completes, finishes requests in progress, and closes the
/// database.
pub async fn serve(app: AppState, listener: TcpListener, stop: impl Future<Output = ()>) {
    let upkeep = upkeep(&app);
    let note = {
        let app = app.clone();
        move |open| app.metrics.set_connections(open)
    };
    // Behind a proxy that is believed, all clients have its address.
    let shares = app.config.trusted_proxies.is_empty();
    let mut connections = Connections::new(http::front(app.clone()), shares, note);
    connections.accept_until(&listener, stop).await;
    tracing::info!("stopping");
    connections.accept_last(listener);
    // A client that keeps its request open must not keep the server running.
    connections.finish(GRACE).await;
    drop(upkeep);
    app.store.write_uses().await;
    app.store.close().await;
    tracing::info!("stopped");
}

/// Begins what has to be done beside the requests. It ends with the returned value.
pub(crate) fn upkeep(app: &AppState) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(sweeper::sweep(app.clone()));
    tasks.spawn(poll_discovery(app.clone()));
    tasks.spawn(app.store.clone().keep_watch());
    tasks.spawn(app.store.clone().keep_listening());
    tasks.spawn(app.store.clone().keep_writing_uses());
    tasks.spawn(announce_setup(app.clone()));
    tasks
}

/// Serves `/metrics` on its own listener until its task is aborted.
pub async fn serve_ops(app: AppState, listener: TcpListener) {
    let mut connections = Connections::few(Front::Own(OwnRoutes::all_by(http::ops_router(app))));
    connections
        .accept_until(&listener, std::future::pending())
        .await;
}

/// Checks the OP regularly, and at once after another provider has replaced the last.
async fn poll_discovery(app: AppState) {
    let Some(mut changes) = app.provider_changes() else {
        return;
    };
    loop {
        let provider = Arc::clone(&changes.borrow_and_update());
        tokio::select! {
            () = provider.rp.poll_discovery() => {}
            Ok(()) = changes.changed() => {}
        }
    }
}

/// Tells the administrator how to start, as long as there is no admin.
pub(crate) async fn announce_setup(app: AppState) {
    app.store.until_there().await;
    match app.store.is_setup_open().await {
        Ok(true) if app.config.password_login => {
            let keys = app.keys();
            let token = keys.setup_token().expose_secret();
            // The only secret that belongs in the log: whoever reads it owns the server anyway.
            let setup = app.config.base().of(shared::routes::SETUP);
            tracing::warn!("no admin yet: open {setup} and give the setup token {token}");
        }
        Ok(_) => {}
        Err(error) => tracing::error!("cannot tell whether there is an admin: {}", chain(&error)),
    }
}
