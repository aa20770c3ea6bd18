//! Does an application that Postern proxies to answer, and can others ask it without Postern?

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::Path;
use std::time::Duration;

use shared::text::Text;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use crate::application::registry::Application;
use crate::application::upstream::Upstream;
use crate::doctor::finding::Finding;
use crate::doctor::probe::client::ProbeClient;
use crate::doctor::subject::OfApplication;
use crate::message::{Message, say};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// Addresses for documents (RFC 5737, RFC 3849): a way there is the way to any other machine.
const ELSEWHERE: [&str; 2] = ["192.0.2.1:9", "[2001:db8::1]:9"];

/// Asks the application itself; `None` if it is not proxied to.
pub(super) async fn examine(probe: &ProbeClient<'_>, app: &Application) -> Option<Finding> {
    let step = OfApplication::upstream(&app.name);
    let upstream = app.upstream.as_ref()?;
    let of_upstream = |text| say(text).with("upstream", upstream);
    let reached = match upstream {
        Upstream::Tcp { host, port } => connect(host, *port).await,
        Upstream::Unix(path) => connect_unix(path).await,
    };
    if let Err(cause) = reached {
        let setting = app.setting("UPSTREAM");
        let remedy = say(Text::FIX_UPSTREAM_SILENT).with("setting", setting);
        let found = of_upstream(Text::FOUND_UPSTREAM_SILENT).with_words("cause", cause);
        return Some(step.fail(found, remedy));
    }
    let Upstream::Tcp { host, port } = upstream else {
        return Some(step.pass(of_upstream(Text::FOUND_UPSTREAM_UNIX)));
    };
    for address in own_addresses() {
        let address = SocketAddr::new(address, *port);
        let request = probe.http.get(&format!("http://{address}/"));
        let Ok(answer) = probe.ask(request, "upstream").await else {
            continue;
        };
        let status = answer.status.as_u16();
        if matches!(status, 401 | 403) {
            let found = of_upstream(Text::FOUND_UPSTREAM_REFUSES);
            return Some(step.pass(found.with("address", address)));
        }
        return Some(
            step.warn(
                say(Text::FOUND_UPSTREAM_OPEN)
                    .with("url", format_args!("http://{address}"))
                    .with("status", status),
                say(Text::FIX_UPSTREAM_OPEN)
                    .with("publish", format_args!("127.0.0.1:{port}:{port}"))
                    .with("port", port),
            ),
        );
    }
    let is_here =
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|host| host.is_loopback());
    Some(step.pass(of_upstream(if is_here {
        Text::FOUND_UPSTREAM_HERE
    } else {
        Text::FOUND_UPSTREAM_THERE
    })))
}

async fn connect(host: &str, port: u16) -> Result<(), Message> {
    connected(TcpStream::connect((host, port))).await
}

async fn connect_unix(path: &Path) -> Result<(), Message> {
    connected(UnixStream::connect(path)).await
}

async fn connected<T>(connect: impl Future<Output = std::io::Result<T>>) -> Result<(), Message> {
    match timeout(CONNECT, connect).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(Message::exact(error.to_string())),
        Err(_) => {
            let limit = format!("({} s)", CONNECT.as_secs());
            Err(say(Text::LATE).and(Message::exact(limit)))
        }
    }
}

/// Returns the addresses at which other machines reach this one: those that it would use to reach
/// them. No packet is sent.
fn own_addresses() -> Vec<IpAddr> {
    let own = ELSEWHERE.iter().filter_map(|elsewhere| {
        let here = if elsewhere.starts_with('[') {
            "[::]:0"
        } else {
            "0.0.0.0:0"
        };
        let socket = UdpSocket::bind(here).ok()?;
        socket.connect(elsewhere).ok()?;
        Some(socket.local_addr().ok()?.ip())
    });
    own.filter(|address| !address.is_loopback() && !address.is_unspecified())
        .collect()
}
