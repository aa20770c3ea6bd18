//! The way to another server, which a test can cut and restore.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::places::free_port;

/// A port that leads elsewhere while the bridge is up. While it is down, nobody listens there, and
/// every connection over it is gone.
pub struct Bridge {
    port: u16,
    target: SocketAddr,
    traffic: Mutex<Option<JoinHandle<()>>>,
}

impl Bridge {
    /// Returns a bridge that is down, on a free port.
    ///
    /// # Errors
    /// No port is free.
    pub fn to(target: SocketAddr) -> Result<Self> {
        Ok(Self {
            port: free_port()?,
            target,
            traffic: Mutex::new(None),
        })
    }

    /// Makes it lead elsewhere, once it is raised again.
    pub fn lead_to(&mut self, target: SocketAddr) {
        self.target = target;
    }

    /// Returns its port of 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Lets connections through.
    ///
    /// # Errors
    /// Somebody else has its port.
    pub fn raise(&self) -> Result<()> {
        let socket = TcpSocket::new_v4()?;
        // Connections that were cut keep the port for a while otherwise.
        socket.set_reuseaddr(true)?;
        socket
            .bind(([127, 0, 0, 1], self.port).into())
            .context("the bridge's port")?;
        let traffic = tokio::spawn(carry(socket.listen(64)?, self.target));
        self.replace(Some(traffic));
        Ok(())
    }

    /// Cuts every connection and lets none through.
    pub fn cut(&self) {
        self.replace(None);
    }

    fn replace(&self, traffic: Option<JoinHandle<()>>) {
        let mut current = self.traffic.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = std::mem::replace(&mut *current, traffic) {
            old.abort();
        }
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.cut();
    }
}

async fn carry(listener: TcpListener, target: SocketAddr) {
    // They end with this future.
    let mut connections = JoinSet::new();
    while let Ok((mut here, _)) = listener.accept().await {
        connections.spawn(async move {
            if let Ok(mut there) = TcpStream::connect(target).await {
                let _ = copy_bidirectional(&mut here, &mut there).await;
            }
        });
    }
}
