//! Serves the application until it is told to stop.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use tokio::net::TcpListener;

use crate::app::AppState;
use crate::http;
use crate::telemetry::chain;

/// How long requests under way may take after the order to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How often sessions that ended by themselves are swept out.
const SWEEP: Duration = Duration::from_secs(3600);

/// Serves on the listener until `stop` is done, finishes what is under way, and closes the
/// database.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    app: AppState,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let sweeper = tokio::spawn(sweep(app.clone()));
    let looker = app
        .provider
        .clone()
        .map(|provider| tokio::spawn(Arc::clone(&provider).keep_looking()));
    announce_setup(&app).await;
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let service = http::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.await;
        tracing::info!("stopping");
        let _ = stopping.send(());
    });
    // A client that keeps its request open must not keep the server.
    let overdue = async {
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(GRACE).await;
    };
    let result = tokio::select! {
        result = std::future::IntoFuture::into_future(server) => result,
        () = overdue => Ok(()),
    };
    sweeper.abort();
    if let Some(looker) = looker {
        looker.abort();
    }
    app.store.close().await;
    tracing::info!("stopped");
    result
}

/// Tells the administrator how to begin, while there is no admin.
async fn announce_setup(app: &AppState) {
    match app.store.is_setup_open().await {
        Ok(true) if app.config.password_login => {
            let token = app.keys.setup_token().expose_secret();
            // The one secret that belongs into the log: whoever reads it owns the server anyway.
            tracing::warn!("no admin yet: open /setup and give the setup token {token}");
        }
        Ok(_) => {}
        Err(error) => tracing::error!("cannot tell whether there is an admin: {}", chain(&error)),
    }
}

async fn sweep(app: AppState) {
    let mut interval = tokio::time::interval(SWEEP);
    loop {
        interval.tick().await;
        match app
            .store
            .sweep_sessions(&app.config.sessions, app.clock.now())
            .await
        {
            Ok(0) => {}
            Ok(swept) => tracing::debug!(swept, "ended sessions removed"),
            Err(error) => tracing::warn!("cannot remove ended sessions: {}", chain(&error)),
        }
        if let Err(error) = app.store.sweep_audit(app.clock.now()).await {
            tracing::warn!("cannot remove old audit entries: {}", chain(&error));
        }
    }
}
