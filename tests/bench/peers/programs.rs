//! The programs beside Postern, each configured as its documentation says.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use demo_op::{Client, Op};

use crate::machine::{self, Bench, MEASURED, Running};

/// The secret of every client.
const SECRET: &str = "of-a-measurement";

/// The modules of Apache that it takes. Others are built in.
const MODULES: [&str; 7] = [
    "mpm_event",
    "authn_core",
    "authz_core",
    "authz_user",
    "mime",
    "alias",
    "auth_openidc",
];

/// A program that is measured.
pub(super) struct Program {
    /// Its name and its version.
    pub(super) what: String,
    /// Where it listens.
    pub(super) place: Place,
    /// What begins a login.
    pub(super) login: &'static str,
    /// What needs a session.
    pub(super) check: &'static str,
    /// Its first process.
    pub(super) process: u32,
    /// What ends it; `None` if somebody else does.
    #[expect(dead_code, reason = "it is there to be dropped")]
    pub(super) running: Option<Running>,
}

/// Where a program listens.
pub(super) struct Place {
    /// `127.0.0.1:PORT`.
    pub(super) address: String,
    /// `http://127.0.0.1:PORT`.
    pub(super) origin: String,
}

impl Place {
    /// Returns that of a server which listens there.
    pub(super) fn at(origin: &str) -> Result<Self> {
        let address = origin
            .strip_prefix("http://")
            .context("no http")?
            .to_owned();
        let origin = origin.to_owned();
        Ok(Self { address, origin })
    }

    /// Returns one where nobody listens.
    pub(super) fn free() -> Result<Self> {
        Self::at(&format!("http://{}", machine::address()?))
    }
}

/// A client of the OP that has not started yet.
pub(super) struct Registered {
    place: Place,
    id: String,
    /// The address of the OP's metadata.
    metadata: String,
}

impl Registered {
    /// Registers one at a free port.
    pub(super) fn register(op: &Op) -> Result<Self> {
        let place = Place::free()?;
        let callback = format!("{}/callback", place.origin);
        // A colon would be encoded in the token request, each in its own way.
        let id = place.address.replace(':', "-");
        op.register(Client::new(&id, SECRET, &callback));
        let application = op.application_url();
        let application = application.trim_end_matches('/');
        let metadata = format!("{application}/.well-known/openid-configuration");
        Ok(Self {
            place,
            id,
            metadata,
        })
    }

    /// Gives a program its settings.
    fn set(&self, command: &mut Command) {
        command
            .env("ORIGIN", &self.place.origin)
            .env("METADATA", &self.metadata)
            .env("CLIENT_ID", &self.id)
            .env("CLIENT_SECRET", SECRET);
    }
}

/// Apache with `mod_auth_openidc`: sessions in shared memory, as by default.
pub(super) async fn apache(bench: &Bench, client: Registered) -> Result<Program> {
    let folder = bench.folder.path().join("apache");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("session"), [b'x'; 420])?;
    let modules = MODULES.map(|module| {
        format!("LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so\n")
    });
    let modules = modules.concat();
    let mut config = format!(
        "{modules}ServerName 127.0.0.1\nListen {address}\nPidFile {folder}/pid\nErrorLog {folder}/log\n\
         DocumentRoot {folder}\nTypesConfig /etc/mime.types\nDefaultRuntimeDir {folder}\n\
         ThreadLimit 256\nServerLimit 1\nStartServers 1\nThreadsPerChild 256\nMaxRequestWorkers 256\n\
         KeepAlive On\nMaxKeepAliveRequests 0\nKeepAliveTimeout 60\n\
         OIDCProviderMetadataURL {metadata}\nOIDCClientID {id}\nOIDCClientSecret \"{SECRET}\"\n\
         OIDCRedirectURI {origin}/callback\nOIDCCryptoPassphrase \"{SECRET}\"\n\
         OIDCScope \"openid profile email\"\nOIDCPKCEMethod S256\n\
         <Location />\nAuthType openid-connect\nRequire valid-user\n</Location>\n",
        address = client.place.address,
        origin = client.place.origin,
        folder = folder.display(),
        metadata = client.metadata,
        id = client.id,
    );
    if rustix::process::geteuid().is_root() {
        // It gives up root's rights, and still has to read the folder.
        config += "User www-data\nGroup www-data\n";
        let readable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(bench.folder.path(), readable)?;
    }
    let file = folder.join("apache.conf");
    std::fs::write(&file, config)?;
    let mut command = Command::new("/usr/sbin/apache2");
    command.args(["-D", "FOREGROUND", "-f"]).arg(&file);
    let version = version(
        "dpkg-query",
        &["-W", "-f", "${Version}", "libapache2-mod-auth-openidc"],
    )?;
    let what = format!("Apache with mod_auth_openidc {version}");
    start(command, what, client.place, "/session", "/session").await
}

/// Starlette with Authlib, in uvicorn.
pub(super) async fn starlette(client: Registered) -> Result<Program> {
    let python =
        machine::setting("BENCH_PYTHON").context("BENCH_PYTHON: cargo xtask bench sets it")?;
    let (host, port) = client.place.address.split_once(':').context("no port")?;
    let mut command = Command::new(&python);
    command
        .args([
            "-m",
            "uvicorn",
            "authlib_peer:app",
            "--no-access-log",
            "--log-level",
            "error",
        ])
        .args([
            "--app-dir",
            folder().as_str(),
            "--host",
            host,
            "--port",
            port,
        ]);
    client.set(&mut command);
    let versions = "import importlib.metadata as m; print(m.version('starlette'), 'with Authlib', m.version('Authlib'))";
    let what = format!("Starlette {}", version(&python, &["-c", versions])?);
    start(command, what, client.place, "/login", "/session").await
}

/// Express with openid-client.
pub(super) async fn express(client: Registered) -> Result<Program> {
    let modules = machine::setting("BENCH_NODE_MODULES")
        .context("BENCH_NODE_MODULES: cargo xtask bench sets it")?;
    let mut command = Command::new("node");
    command
        .arg(format!("{}/express.mjs", folder()))
        .env("MODULES", &modules)
        .env("NODE_ENV", "production");
    client.set(&mut command);
    let versions = "const v = (p) => require(process.argv[1] + '/node_modules/' + p + '/package.json').version; \
                    console.log(v('express'), 'with openid-client', v('openid-client'))";
    let what = format!("Express {}", version("node", &["-e", versions, &modules])?);
    start(command, what, client.place, "/login", "/session").await
}

/// Returns the folder of the programs.
fn folder() -> String {
    format!("{}/bench/peers", env!("CARGO_MANIFEST_DIR"))
}

/// Returns what a program prints.
fn version(program: &str, words: &[&str]) -> Result<String> {
    let output = Command::new(program).args(words).output()?;
    ensure!(output.status.success(), "{program}: {}", output.status);
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Starts it on the core of what is measured.
async fn start(
    command: Command,
    what: String,
    place: Place,
    login: &'static str,
    check: &'static str,
) -> Result<Program> {
    let mut pinned = Command::new("taskset");
    pinned.args(["-c", MEASURED]).arg(command.get_program());
    pinned.args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            pinned.env(name, value);
        }
    }
    let child = pinned.stdout(Stdio::null()).spawn()?;
    let running = Running(child);
    machine::listening(&place.address).await?;
    Ok(Program {
        what,
        place,
        login,
        check,
        process: running.0.id(),
        running: Some(running),
    })
}
