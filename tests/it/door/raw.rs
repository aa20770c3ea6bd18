//! HTTP by hand: bytes that no library would send, and answers as they come.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long an answer may take, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection to a server, and what has arrived of it that nobody has read yet.
pub(super) struct Raw {
    pub(super) stream: TcpStream,
    pub(super) arrived: Vec<u8>,
}

impl Raw {
    /// Connects to an origin.
    pub(super) async fn connect(origin: &str) -> Self {
        let address = origin.trim_start_matches("http://");
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            arrived: Vec::new(),
        }
    }

    /// Sends bytes. A server that has closed the connection already is no fault.
    pub(super) async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Returns everything up to and with this text; at the end of the connection, what there is.
    pub(super) async fn until(&mut self, end: &str) -> String {
        let end = end.as_bytes();
        loop {
            let found = self.arrived.windows(end.len()).position(|at| at == end);
            if let Some(at) = found {
                let rest = self.arrived.split_off(at + end.len());
                let text = std::mem::replace(&mut self.arrived, rest);
                return String::from_utf8_lossy(&text).into_owned();
            }
            if !self.more().await {
                let text = std::mem::take(&mut self.arrived);
                return String::from_utf8_lossy(&text).into_owned();
            }
        }
    }

    /// Returns the head of the next answer, in lower case.
    pub(super) async fn head(&mut self) -> String {
        self.until("\r\n\r\n").await.to_lowercase()
    }

    /// Returns everything until the server closes the connection.
    pub(super) async fn rest(&mut self) -> String {
        while self.more().await {}
        String::from_utf8_lossy(&std::mem::take(&mut self.arrived)).into_owned()
    }

    async fn more(&mut self) -> bool {
        let read = self.stream.read_buf(&mut self.arrived);
        let read = timeout(PATIENCE, read).await.expect("bytes, or the end");
        read.is_ok_and(|bytes| bytes > 0)
    }
}
