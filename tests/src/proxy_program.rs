//! The reverse proxies that people run, each with the file that `docs/proxies/` has for it.

use std::fs::{read_to_string, write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use shared::routes;
use tempfile::TempDir;

use crate::places::{require, tools, workspace};
use crate::process::Process;
use crate::web;

/// The host of the application in the files.
const HOST: &str = "app.example.com";
/// Where Postern listens in the files.
const POSTERN: &str = "127.0.0.1:8080";
/// Where the application listens in the files.
const UPSTREAM: &str = "127.0.0.1:3000";
/// What installs them.
const INSTALL: &str = "cargo xtask test";

/// Which reverse proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyKind {
    /// nginx, of Debian.
    Nginx,
    /// Caddy, of Debian.
    Caddy,
    /// Traefik, of the Python package index.
    Traefik,
    /// Envoy, of the Python package index.
    Envoy,
}

/// Who is on either side of a reverse proxy.
#[derive(Debug, Clone)]
pub struct Sides {
    /// The application's host, without a port.
    pub host: String,
    /// The port of 127.0.0.1 on which the proxy listens.
    pub port: u16,
    /// Where Postern listens, `127.0.0.1:PORT`.
    pub postern: String,
    /// Where the application listens, `127.0.0.1:PORT`.
    pub upstream: String,
}

/// A running reverse proxy. It ends with this value.
pub struct ProxyProgram {
    process: Process,
    _folder: TempDir,
}

impl ProxyKind {
    /// Returns `https` or `http`: Caddy would want a certificate that somebody vouches for.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Caddy => "http",
            Self::Nginx | Self::Traefik | Self::Envoy => "https",
        }
    }

    /// Returns the application's public origin.
    pub fn origin(self, host: &str, port: u16) -> String {
        format!("{}://{host}:{port}", self.scheme())
    }
}

impl ProxyProgram {
    /// Starts one with the file of `docs/proxies/`, in which nothing is changed but hosts, ports and
    /// the places of files. Its certificate is vouched for by nobody.
    ///
    /// # Errors
    /// It is not installed, or does not start; the message carries its log.
    pub async fn start(kind: ProxyKind, sides: &Sides) -> Result<Self> {
        let folder = TempDir::new()?;
        let command = command(kind, sides, folder.path())?;
        let mut process = Process::start(&format!("{kind:?}"), command)?;
        // It may listen before it knows where requests go.
        let client = web::client_of_any_certificate(Duration::from_secs(5))?;
        let url = kind.origin("127.0.0.1", sides.port) + routes::APP_START;
        let host = format!("{}:{}", sides.host, sides.port);
        let is_ready = async || {
            let answer = client.get(&url).header("host", &host).send().await;
            answer.is_ok_and(|answer| answer.status() == 303)
        };
        process.until_ready(is_ready).await?;
        Ok(Self {
            process,
            _folder: folder,
        })
    }

    /// Returns all that it has printed so far.
    pub fn log(&self) -> String {
        self.process.log()
    }
}

/// Writes the proxy's files, and returns the command that starts it.
fn command(kind: ProxyKind, sides: &Sides, folder: &Path) -> Result<Command> {
    let here = |name: &str| format!("{}/{name}", folder.display());
    let authority = format!("{}:{}", sides.host, sides.port);
    let listen = format!("127.0.0.1:{}", sides.port);
    let mut command;
    match kind {
        ProxyKind::Nginx => {
            certify(&sides.host, folder)?;
            let file = documented("nginx.conf", sides)?;
            let file = replaced(&file, &format!("/etc/nginx/{HOST}"), &here(HOST))?;
            let file = replaced(&file, "listen 443", &format!("listen {listen}"))?;
            write(
                folder.join("app.conf"),
                names(&file, &here(HOST), &authority),
            )?;
            write(folder.join("nginx.conf"), NGINX)?;
            command = Command::new(debian("nginx", "/usr/sbin/nginx")?);
            command.args(["-e", "stderr", "-p"]).arg(folder);
            command.arg("-c").arg(folder.join("nginx.conf"));
        }
        ProxyKind::Caddy => {
            let file = documented("Caddyfile", sides)?;
            let file = replaced(&file, HOST, &format!("http://{authority}"))?;
            write(folder.join("app"), file)?;
            write(folder.join("Caddyfile"), CADDY)?;
            command = Command::new(debian("caddy", "/usr/bin/caddy")?);
            command.args(["run", "--adapter", "caddyfile", "--config"]);
            command.arg(folder.join("Caddyfile"));
            // Its folders, that it leaves nothing in the real ones.
            for variable in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
                command.env(variable, folder);
            }
            command.current_dir(folder);
        }
        ProxyKind::Traefik => {
            let file = documented("traefik-dynamic.yaml", sides)?;
            write(
                folder.join("dynamic.yaml"),
                replaced(&file, HOST, &sides.host)?,
            )?;
            let file = documented("traefik.yaml", sides)?;
            let file = replaced(&file, ":443", &listen)?;
            let file = replaced(&file, "/etc/traefik/dynamic.yaml", &here("dynamic.yaml"))?;
            write(folder.join("traefik.yaml"), file)?;
            command = Command::new(require(tools().join("traefik/bin/traefik"), INSTALL)?);
            command.arg(format!("--configFile={}", here("traefik.yaml")));
        }
        ProxyKind::Envoy => {
            certify(&sides.host, folder)?;
            let file = documented("envoy.yaml", sides)?;
            let file = replaced(&file, &format!("/etc/envoy/{HOST}"), &here(HOST))?;
            let socket =
                |address: &str, port: &str| format!("{{ address: {address}, port_value: {port} }}");
            let file = replaced(
                &file,
                &socket("0.0.0.0", "443"),
                &socket("127.0.0.1", &sides.port.to_string()),
            )?;
            let file = [(POSTERN, &sides.postern), (UPSTREAM, &sides.upstream)]
                .iter()
                .try_fold(file, |file, (there, here)| {
                    let [there, here] = [*there, here.as_str()].map(|text| {
                        let (address, port) = text.rsplit_once(':').unwrap_or_default();
                        socket(address, port)
                    });
                    replaced(&file, &there, &here)
                })?;
            write(
                folder.join("envoy.yaml"),
                names(&file, &here(HOST), &authority),
            )?;
            command = Command::new(require(tools().join("envoy/bin/envoy"), INSTALL)?);
            command.args([
                "--disable-hot-restart",
                "--concurrency",
                "1",
                "--config-path",
            ]);
            command.arg(folder.join("envoy.yaml"));
        }
    }
    Ok(command)
}

/// What stands around the documented file: what is usual on a machine, but for the folders.
const NGINX: &str = "\
daemon off;
user root;
pid nginx.pid;
worker_processes 1;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include app.conf;
}
";

/// Likewise: neither the port of Caddy's API, nor every address of the machine.
const CADDY: &str = "\
{
	admin off
	default_bind 127.0.0.1
}
import app
";

/// Returns a file of `docs/proxies/`, with the addresses of both sides.
fn documented(name: &str, sides: &Sides) -> Result<String> {
    let path = workspace().join("docs/proxies").join(name);
    let file = read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(file
        .replace(POSTERN, &sides.postern)
        .replace(UPSTREAM, &sides.upstream))
}

/// Replaces a text that must be there.
fn replaced(file: &str, old: &str, new: &str) -> Result<String> {
    ensure!(file.contains(old), "the file has no {old:?}:\n{file}");
    Ok(file.replace(old, new))
}

/// Gives the application its name, but leaves the paths of the certificate.
fn names(file: &str, certificate: &str, authority: &str) -> String {
    let lines = file.lines().map(|line| {
        if line.contains(certificate) {
            line.to_owned()
        } else {
            line.replace(HOST, authority)
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Writes a certificate and its key, under the names that the files have.
fn certify(host: &str, folder: &Path) -> Result<()> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([host.to_owned()])?;
    write(folder.join(format!("{HOST}.pem")), cert.pem())?;
    write(
        folder.join(format!("{HOST}.key")),
        signing_key.serialize_pem(),
    )?;
    Ok(())
}

/// Returns a program of Debian's.
fn debian(name: &str, path: &str) -> Result<PathBuf> {
    require(PathBuf::from(path), &format!("apt-get install {name}"))
}
