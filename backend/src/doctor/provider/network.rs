//! The network path to the OP: DNS, connection, or the forward proxy in between.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use shared::text::Text;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::{Host, Url};

use super::tls;
use crate::config::OidcConfig;
use crate::doctor::environment::container::is_container;
use crate::doctor::finding::Finding;
use crate::doctor::subject::{CERTIFICATE, CONNECTION, DNS};
use crate::message::{Message, say};
use crate::presets::{self, Advice};
use oidc::for_log;

/// How long the lookup of a name, or all connections to one, may take.
const TIMEOUT: Duration = Duration::from_secs(4);
/// The longest answer of a proxy that is read.
const MAX_HEAD: usize = 8 * 1024;

/// The host that requests to the OP go to.
struct Target {
    host: String,
    port: u16,
    is_https: bool,
    /// The name that the certificate must have.
    name: String,
}

impl Target {
    fn of(url: &Url) -> Option<Self> {
        let (host, name) = match url.host()? {
            Host::Domain(name) => (name.to_owned(), name.to_owned()),
            Host::Ipv4(address) => (address.to_string(), address.to_string()),
            Host::Ipv6(address) => (address.to_string(), address.to_string()),
        };
        Some(Self {
            host,
            port: url.port_or_known_default()?,
            is_https: url.scheme() == "https",
            name,
        })
    }

    /// Returns host and port as a request to a proxy has them.
    fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// What was found on the network path to the OP.
pub(super) struct Way {
    /// Name, connection and certificate.
    pub(super) steps: Vec<Finding>,
    /// Names of people and machines that came up.
    pub(super) names: Vec<String>,
    /// Can the OP be reached?
    pub(super) is_open: bool,
}

/// Follows the path of requests to the OP, step by step.
pub(super) async fn examine(config: &OidcConfig) -> Way {
    let url = config.rp.discovery_url();
    let Some(target) = Target::of(&url) else {
        return Way {
            steps: Vec::new(),
            names: Vec::new(),
            is_open: false,
        };
    };
    // The HTTP client reads the environment in the same way.
    let proxy = url
        .as_str()
        .parse()
        .ok()
        .and_then(|uri| Matcher::from_system().intercept(&uri));
    match proxy {
        Some(proxy) => through(&target, &proxy, config).await,
        None => directly(&target, config).await,
    }
}

async fn directly(target: &Target, config: &OidcConfig) -> Way {
    let (mut steps, mut names, mut is_open) = (Vec::new(), Vec::new(), false);
    let addresses = match resolve(&target.host, target.port).await {
        Ok(addresses) => addresses,
        Err(cause) => {
            let found = say(Text::FOUND_DNS_UNKNOWN).with("host", &target.host);
            let found = found.with_words("cause", cause);
            steps.push(DNS.fail(found, unreachable(config, dns_remedy(&target.host))));
            steps.push(CONNECTION.skip(Text::SKIP_DNS));
            steps.push(CERTIFICATE.skip(Text::SKIP_CONNECTION));
            return Way {
                steps,
                names,
                is_open,
            };
        }
    };
    let shown: Vec<String> = addresses.iter().map(|a| a.ip().to_string()).collect();
    let of_host = |text| say(text).with("host", &target.host);
    steps.push(DNS.pass(if target.host.parse::<IpAddr>().is_ok() {
        of_host(Text::FOUND_DNS_ADDRESS)
    } else {
        of_host(Text::FOUND_DNS).with("addresses", shown.join(", "))
    }));
    match connect(&addresses).await {
        Ok((stream, address)) => {
            steps.push(CONNECTION.pass(say(Text::FOUND_CONNECTION).with("address", address)));
            is_open = true;
            steps.push(certificate(target, stream, config, &mut names).await);
        }
        Err((cause, kind)) => {
            let remedy = connection_remedy(kind, &addresses, target.port);
            let found = say(Text::FOUND_CONNECTION_FAILED).with_words("cause", cause);
            steps.push(CONNECTION.fail(found, unreachable(config, remedy)));
            steps.push(CERTIFICATE.skip(Text::SKIP_CONNECTION));
        }
    }
    Way {
        steps,
        names,
        is_open,
    }
}

/// Returns what to do: first about this failure, then what is always worth a check at this OP.
fn unreachable(config: &OidcConfig, first: Message) -> Message {
    let hint = presets::advice(config.provider.as_str(), Advice::OpUnreachable);
    first.and(hint)
}

fn dns_remedy(host: &str) -> Message {
    let text = if host.contains('.') {
        Text::FIX_DNS
    } else {
        Text::FIX_DNS_SHORT
    };
    say(text).with("host", host)
}

fn connection_remedy(kind: std::io::ErrorKind, addresses: &[SocketAddr], port: u16) -> Message {
    let is_here = addresses.iter().all(|address| address.ip().is_loopback());
    if is_here && is_container() {
        return Text::FIX_CONNECTION_CONTAINER.into();
    }
    match kind {
        std::io::ErrorKind::ConnectionRefused => {
            say(Text::FIX_CONNECTION_REFUSED).with("port", port)
        }
        std::io::ErrorKind::TimedOut => Text::FIX_CONNECTION_SILENT.into(),
        _ => Text::FIX_CONNECTION_ROUTE.into(),
    }
}

async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Message> {
    let found = match timeout(TIMEOUT, lookup_host((host, port))).await {
        Ok(found) => found.map_err(|error| Message::exact(error.to_string()))?,
        Err(_) => return Err(Message::exact("DNS:").and(Text::LATE)),
    };
    let addresses: Vec<SocketAddr> = found.collect();
    if addresses.is_empty() {
        return Err(Message::exact("DNS: NODATA"));
    }
    Ok(addresses)
}

/// Connects to the first address that accepts.
async fn connect(
    addresses: &[SocketAddr],
) -> Result<(TcpStream, SocketAddr), (Message, std::io::ErrorKind)> {
    let each = TIMEOUT / u32::try_from(addresses.len()).unwrap_or(1).max(1);
    let (mut causes, mut kind) = (Vec::new(), std::io::ErrorKind::Other);
    for address in addresses {
        let cause = match timeout(each, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok((stream, *address)),
            Ok(Err(error)) => {
                kind = error.kind();
                Message::exact(error.to_string())
            }
            Err(_) => {
                kind = std::io::ErrorKind::TimedOut;
                Text::LATE.into()
            }
        };
        causes.push(Message::exact(format!("{address}:")).and(cause));
    }
    Err((Message::list(causes), kind))
}

async fn certificate(
    target: &Target,
    stream: TcpStream,
    config: &OidcConfig,
    names: &mut Vec<String>,
) -> Finding {
    if !target.is_https {
        let is_here = matches!(target.host.as_str(), "localhost")
            || target
                .host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback());
        if is_here {
            return CERTIFICATE.skip(Text::FOUND_PLAIN_HERE);
        }
        return CERTIFICATE.warn(Text::FOUND_PLAIN, Text::FIX_PLAIN);
    }
    tls::examine(&target.name, stream, config, names).await
}

/// A forward proxy.
struct Between<'a> {
    intercept: &'a Intercept,
    host: String,
    port: u16,
    /// Does it take requests for a tunnel over plain HTTP?
    is_http: bool,
    /// Its URL, without credentials.
    url: String,
}

impl<'a> Between<'a> {
    fn of(intercept: &'a Intercept) -> Self {
        let uri = intercept.uri();
        let scheme = uri.scheme_str().unwrap_or("http");
        let host = uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = uri.port_u16().unwrap_or(match scheme {
            "https" => 443,
            "http" => 80,
            _ => 1080,
        });
        Self {
            intercept,
            host: host.to_owned(),
            port,
            is_http: scheme == "http",
            url: format!("{scheme}://{host}:{port}"),
        }
    }

    async fn connect(&self) -> Result<TcpStream, Message> {
        let addresses = resolve(&self.host, self.port).await?;
        let connected = connect(&addresses).await;
        connected
            .map(|(stream, _)| stream)
            .map_err(|(cause, _)| cause)
    }
}

/// Connects through the proxy, as the HTTP client does.
async fn through(target: &Target, proxy: &Intercept, config: &OidcConfig) -> Way {
    let between = Between::of(proxy);
    let of_proxy = |text| say(text).with("proxy", &between.url);
    let mut way = Way {
        steps: vec![DNS.skip(of_proxy(Text::FOUND_PROXY_DNS))],
        names: vec![between.host.clone()],
        is_open: true,
    };
    let no_way = |mut way: Way, text, cause: Message| {
        let found = of_proxy(text).with_words("cause", cause);
        way.steps.push(CONNECTION.fail(found, Text::FIX_PROXY));
        way.steps.push(CERTIFICATE.skip(Text::SKIP_CONNECTION));
        way.is_open = false;
        way
    };
    let mut stream = match between.connect().await {
        Ok(stream) => stream,
        Err(cause) => return no_way(way, Text::FOUND_PROXY_SILENT, cause),
    };
    if !between.is_http || !target.is_https {
        way.steps.push(CONNECTION.pass(of_proxy(Text::FOUND_PROXY)));
        way.steps.push(CERTIFICATE.skip(if target.is_https {
            Text::SKIP_PROXY_CERTIFICATE
        } else {
            Text::FOUND_PLAIN
        }));
        return way;
    }
    let tunnel = timeout(TIMEOUT, tunnel(&mut stream, target, between.intercept)).await;
    if let Err(cause) = tunnel.unwrap_or_else(|_| Err(Text::LATE.into())) {
        return no_way(way, Text::FOUND_PROXY_REFUSES, cause);
    }
    way.steps
        .push(CONNECTION.pass(of_proxy(Text::FOUND_PROXY_LEADS)));
    let step = certificate(target, stream, config, &mut way.names).await;
    way.steps.push(step);
    way
}

/// Asks an HTTP proxy to connect to the OP (RFC 9110 §9.3.6).
async fn tunnel(stream: &mut TcpStream, target: &Target, proxy: &Intercept) -> Result<(), Message> {
    let authority = target.authority();
    let mut head = format!("CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\n");
    if let Some(credentials) = proxy.basic_auth().and_then(|value| value.to_str().ok()) {
        head.push_str("proxy-authorization: ");
        head.push_str(credentials);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    let io = |error: std::io::Error| Message::exact(error.to_string());
    stream.write_all(head.as_bytes()).await.map_err(io)?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() > MAX_HEAD {
            return Err(Text::NO_HTTP.into());
        }
        answer.push(stream.read_u8().await.map_err(io)?);
    }
    let line = String::from_utf8_lossy(&answer);
    let line = line.lines().next().unwrap_or_default();
    match line.split(' ').nth(1) {
        Some(status) if status.starts_with('2') => Ok(()),
        _ => Err(Message::exact(for_log(line))),
    }
}
