//! Loopback: is a port free, and does a server answer?

use anyhow::{Result, bail};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// Fails if something listens on one of the ports, naming each and who needs it.
pub(crate) fn require_free(ports: &[(u16, &str)]) -> Result<()> {
    let taken: Vec<String> = ports
        .iter()
        .filter(|(port, _)| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_err())
        .map(|(port, who)| format!("127.0.0.1:{port} ({who})"))
        .collect();
    if taken.is_empty() {
        return Ok(());
    }
    let (verb, them) = if taken.len() == 1 {
        ("is", "it")
    } else {
        ("are", "them")
    };
    bail!(
        "{} {verb} in use by another program; end {them} and try again",
        taken.join(" and ")
    )
}

/// Returns a port that is free now.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// Returns the status of a GET on loopback; `None` if nothing answers.
pub(crate) fn get_status(port: u16, path: &str) -> Option<u16> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).ok()?;
    status_of(&answer)
}

/// Posts a form on loopback, and returns the whole answer; `None` if there is none.
pub(crate) fn post_form(port: u16, path: &str, form: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .ok()?;
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// Parses the status of `HTTP/1.1 200`.
fn status_of(start: &[u8]) -> Option<u16> {
    let (protocol, status) = std::str::from_utf8(start).ok()?.split_once(' ')?;
    protocol
        .starts_with("HTTP/1.")
        .then(|| status.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_its_purpose() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();

        let fault = require_free(&[(port, "Postern")]).unwrap_err().to_string();

        let expected = format!(
            "127.0.0.1:{port} (Postern) is in use by another program; end it and try again"
        );
        assert_eq!(fault, expected);
    }

    #[test]
    fn only_http_has_a_status() {
        assert_eq!(status_of(b"HTTP/1.1 303"), Some(303));
        assert_eq!(status_of(b"SSH-2.0-Open"), None);
    }
}
