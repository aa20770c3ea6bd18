//! A reverse proxy that can be set up badly: it changes the lines of requests and of answers.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::spawn;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// No request or answer of a test takes longer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Changes the lines of a head, the first one of which is that of the request or status.
pub type Rule = Box<dyn Fn(&mut Vec<String>) + Send + Sync>;

/// The proxy. It listens as long as the process runs.
pub struct ReverseProxy {
    port: u16,
    target: Arc<AtomicU16>,
}

/// The proxy's behavior.
struct Rules {
    tls: Option<Arc<ServerConfig>>,
    request: Rule,
    answer: Rule,
}

impl ReverseProxy {
    /// Starts one on a free port; with `tls` it serves https. It has no target yet.
    ///
    /// # Panics
    /// No port is free.
    pub fn start(tls: Option<Arc<ServerConfig>>, request: Rule, answer: Rule) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let target = Arc::new(AtomicU16::new(0));
        let rules = Arc::new(Rules {
            tls,
            request,
            answer,
        });
        let to = Arc::clone(&target);
        // Ends with the process: it waits for connections and holds nothing.
        spawn(move || {
            for stream in listener.incoming().flatten() {
                let (rules, target) = (Arc::clone(&rules), to.load(Ordering::SeqCst));
                // A connection that fails is the client's to notice.
                spawn(move || drop(serve(stream, &rules, target)));
            }
        });
        Self { port, target }
    }

    /// Returns its port of 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Lets it lead to this port from now on.
    pub fn lead_to(&self, port: u16) {
        self.target.store(port, Ordering::SeqCst);
    }
}

/// Sets a header of a head, in place of all lines of that name; an empty value takes it away.
pub fn set(head: &mut Vec<String>, name: &str, value: &str) {
    let start = format!("{name}:");
    head.retain(|line| {
        !line
            .get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(&start))
    });
    if !value.is_empty() {
        head.push(format!("{name}: {value}"));
    }
}

/// Leaves all lines as they are.
pub fn nothing() -> Rule {
    Box::new(|_| {})
}

trait Both: Read + Write {}
impl<T: Read + Write> Both for T {}

fn serve(stream: TcpStream, rules: &Rules, target: u16) -> io::Result<()> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    let mut client: Box<dyn Both> = match &rules.tls {
        Some(tls) => {
            let connection = ServerConnection::new(Arc::clone(tls)).map_err(io::Error::other)?;
            Box::new(StreamOwned::new(connection, stream))
        }
        None => Box::new(stream),
    };
    let (head, body) = read(&mut client)?;
    let mut head = lines(&head);
    set(&mut head, "connection", "close");
    (rules.request)(&mut head);
    let Ok(mut server) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)) else {
        let answer = "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 32\r\n\
                      connection: close\r\n\r\n<title>502 Bad Gateway</title>\r\n";
        return client.write_all(answer.as_bytes());
    };
    server.set_read_timeout(Some(TIMEOUT))?;
    server.write_all(&joined(&head, &body))?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    let at = end_of_head(&answer).unwrap_or(answer.len());
    let (head, body) = answer.split_at(at);
    let mut head = lines(head);
    (rules.answer)(&mut head);
    client.write_all(&joined(&head, body))?;
    client.flush()
}

/// Reads a request whole.
fn read(client: &mut dyn Both) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(at) = end_of_head(&bytes) {
            let length = lines(&bytes[..at]).iter().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let is_it = name.eq_ignore_ascii_case("content-length");
                is_it.then(|| value.trim().parse::<usize>().ok())?
            });
            if bytes.len() >= at + length.unwrap_or(0) {
                let body = bytes.split_off(at);
                return Ok((bytes, body));
            }
        }
        let mut more = [0; 4096];
        match client.read(&mut more)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => bytes.extend_from_slice(&more[..count]),
        }
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let mut windows = bytes.windows(4);
    windows
        .position(|four| four == b"\r\n\r\n")
        .map(|at| at + 4)
}

fn lines(head: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(head);
    let lines = text.split("\r\n").filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

fn joined(head: &[String], body: &[u8]) -> Vec<u8> {
    let mut bytes = head.join("\r\n").into_bytes();
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes.extend_from_slice(body);
    bytes
}
