//! `postern`: parses the command, reads the settings, serves.

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clock::Clock;
use postern::app::{App, AppState};
use postern::cli::{self, Command};
use postern::config::{Config, Notice, Weight};
use postern::supervisor::{self, Sockets};
use postern::telemetry::Log;
use postern::{doctor, reload, store, telemetry};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// How long after the start the doctor runs.
const SETTLED: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(
                std::io::stderr(),
                "postern: {}",
                telemetry::chain(error.as_ref())
            );
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<ExitCode> {
    let command = cli::parse();
    if command != Command::Serve {
        return cli::run(command).await;
    }
    let (config, notices) = match cli::settings()? {
        Ok(read) => read,
        Err(code) => return Ok(code),
    };
    serve(config, notices).await?;
    Ok(ExitCode::SUCCESS)
}

/// Runs the doctor, after a reverse proxy has had time to notice that the server is up.
async fn examine_once_up(app: AppState) {
    tokio::time::sleep(SETTLED).await;
    doctor::log_at_start(app).await;
}

async fn serve(config: Config, notices: Vec<Notice>) -> anyhow::Result<()> {
    // From now on SIGHUP reloads; without a handler it would end the process.
    let hangup = signal(SignalKind::hangup())?;
    let log = telemetry::start(&config.log, config.collector.as_ref());
    for notice in notices {
        match notice.weight {
            Weight::Info => tracing::info!("{notice}"),
            Weight::Warning => tracing::warn!("{notice}"),
        }
    }
    let mut sockets = Sockets::inherited();
    let listener = listen(&mut sockets, config.listen, "POSTERN_LISTEN")?;
    let ops = config.ops_listen;
    let ops = ops.map(|address| listen(&mut sockets, address, "POSTERN_OPS_LISTEN"));
    let ops = ops.transpose()?;
    let app = App::new(config, Clock::System).await?;
    // While the database is down, it is unknown whether somebody could act as an admin.
    match app.refuse_lockout().await {
        Err(error) if error.is::<store::Error>() => {}
        refused => refused?,
    }
    tracing::info!(address = %listener.local_addr()?, "listening");
    if let Some(ops) = ops {
        tracing::info!(address = %ops.local_addr()?, "listening for /metrics");
        tokio::spawn(postern::serve_ops(app.clone(), ops));
    }
    tokio::spawn(reload_on(hangup, app.clone(), log.clone()));
    let mut terminate = signal(SignalKind::terminate())?;
    let (refuse, mut refused) = oneshot::channel();
    let stop = {
        let app = app.clone();
        async move {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                error = app.until_locked_out() => {
                    let _ = refuse.send(error);
                }
            }
            supervisor::stopping();
        }
    };
    tokio::spawn(examine_once_up(app.clone()));
    supervisor::ready();
    // A task like those of the connections. On this thread, which is not a worker, each new
    // connection would wait until a worker is idle.
    tokio::spawn(postern::serve(app, listener, stop)).await?;
    log.finish().await;
    refused.try_recv().map_or(Ok(()), Err)
}

/// Listens on the socket that the service manager opened, else on the address that the variable gives.
fn listen(
    sockets: &mut Sockets,
    address: SocketAddr,
    variable: &str,
) -> anyhow::Result<TcpListener> {
    if let Some(listener) = sockets.take()? {
        return Ok(listener);
    }
    postern::listen(address)
        .map_err(|error| anyhow::anyhow!("cannot listen on {address} ({variable}): {error}"))
}

/// Reloads secrets and certificates at every signal.
async fn reload_on(mut signal: Signal, app: AppState, log: Log) {
    while signal.recv().await.is_some() {
        supervisor::reloading();
        reload::reload(&app, &log, Config::from_env()).await;
        supervisor::reloaded();
    }
}
