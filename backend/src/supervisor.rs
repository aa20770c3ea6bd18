//! The service manager above the server, if there is one: the sockets that it opened for the server,
//! and what it is told (systemd: `sd_listen_fds`, `sd_notify`). Without one, all of this does nothing.

use std::io;
use std::time::Duration;

use listenfd::ListenFd;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::time::interval;

/// What is left of the sockets that were handed over.
pub struct Sockets {
    all: ListenFd,
    next: usize,
}

impl Sockets {
    /// Takes what the service manager handed over to this process.
    pub fn inherited() -> Self {
        let all = ListenFd::from_env();
        Self { all, next: 0 }
    }

    /// Returns the next listener, in the order of the socket unit; `None` after the last one.
    ///
    /// # Errors
    /// It is no TCP socket that listens.
    pub fn take(&mut self) -> io::Result<Option<TcpListener>> {
        if self.next == self.all.len() {
            return Ok(None);
        }
        let listener = self.all.take_tcp_listener(self.next)?;
        self.next += 1;
        let Some(listener) = listener else {
            return Ok(None);
        };
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener).map(Some)
    }
}

/// Says that the server takes requests, and from then on that it is alive. The watchdog hears it
/// from a task, so it bites a server whose tasks no longer run.
pub fn ready() {
    tell(&[NotifyState::Ready]);
    if let Some(limit) = sd_notify::watchdog_enabled() {
        tokio::spawn(stay_alive(limit / 2));
    }
}

/// Says that the settings are read again; [`reloaded`] says that they were.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!("the service manager is not told of the reload: {error}"),
    }
}

/// Says that the server is ready again.
pub fn reloaded() {
    tell(&[NotifyState::Ready]);
}

/// Says that the server ends.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

async fn stay_alive(every: Duration) {
    // A period of zero cannot be waited for.
    let mut ticks = interval(every.max(Duration::from_millis(1)));
    loop {
        ticks.tick().await;
        tell(&[NotifyState::Watchdog]);
    }
}

fn tell(what: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(what) {
        tracing::warn!("the service manager cannot be told: {error}");
    }
}
