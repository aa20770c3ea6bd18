//! An application that lies: it answers with bytes that no library would send.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it does with each request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lie {
    /// Says this, and waits for the next request.
    Says(&'static str),
    /// Says this, and closes the connection.
    SaysAndCloses(&'static str),
    /// Says this again and again, until nobody listens.
    Repeats(&'static str, &'static str),
}

/// A lying application. It ends with the test.
pub(super) struct Lying {
    /// Where it listens.
    pub(super) url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Lying {
    /// Starts one that does the same with every request.
    pub(super) async fn start(lie: Lie) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let all = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(lie_to(stream, lie, Arc::clone(&all)));
            }
        });
        Self { url, heard }
    }

    /// Returns the requests that it was sent, as they came.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

async fn lie_to(mut stream: TcpStream, lie: Lie, heard: Arc<Mutex<Vec<String>>>) {
    let mut bytes = Vec::new();
    loop {
        while !is_whole(&bytes) {
            match stream.read_buf(&mut bytes).await {
                Ok(read) if read > 0 => {}
                _ => return,
            }
        }
        let request = String::from_utf8_lossy(&std::mem::take(&mut bytes)).into_owned();
        heard.lock().unwrap().push(request);
        match lie {
            Lie::Says(text) => drop(stream.write_all(text.as_bytes()).await),
            Lie::SaysAndCloses(text) => {
                let _ = stream.write_all(text.as_bytes()).await;
                return;
            }
            Lie::Repeats(first, again) => {
                let _ = stream.write_all(first.as_bytes()).await;
                while stream.write_all(again.as_bytes()).await.is_ok() {}
                return;
            }
        }
    }
}

/// Is the first request there, with its body?
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let head = head.to_lowercase();
    if head.contains("transfer-encoding: chunked") {
        return body.starts_with("0\r\n\r\n") || body.contains("\r\n0\r\n");
    }
    let length = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.lines().next()?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
