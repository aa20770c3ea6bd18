//! `postern`: parses the command, reads the settings, serves.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use backend::app::{App, AppState};
use backend::cli::{self, Command};
use backend::clock::Clock;
use backend::config::{Config, Notice, Weight};
use backend::{doctor, store, telemetry};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// How long after the start the doctor looks.
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

/// Has the doctor look, once a reverse proxy has had the time to notice that the server is up.
async fn examine_once_up(app: AppState) {
    tokio::time::sleep(SETTLED).await;
    doctor::log_at_start(app).await;
}

async fn serve(config: Config, notices: Vec<Notice>) -> anyhow::Result<()> {
    telemetry::start(&config.log);
    for notice in notices {
        match notice.weight {
            Weight::Info => tracing::info!("{notice}"),
            Weight::Warning => tracing::warn!("{notice}"),
        }
    }
    let address = config.listen;
    let listener = backend::listen(address)
        .map_err(|error| anyhow::anyhow!("cannot listen on {address} (POSTERN_LISTEN): {error}"))?;
    let app = App::new(config, Clock::System).await?;
    // Who could administer is not known while the database is away.
    let must_wait = match app.refuse_lockout().await {
        Err(error) if error.is::<store::Error>() => true,
        refused => {
            refused?;
            false
        }
    };
    tracing::info!(address = %listener.local_addr()?, "listening");
    let mut terminate = signal(SignalKind::terminate())?;
    let (refuse, mut refused) = oneshot::channel();
    let stop = {
        let app = app.clone();
        async move {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                error = app.until_locked_out(), if must_wait => {
                    let _ = refuse.send(error);
                }
            }
        }
    };
    tokio::spawn(examine_once_up(app.clone()));
    // A task like those of the connections. On this thread, which is none of the workers', each new
    // connection would wait until a worker has nothing else to do.
    tokio::spawn(backend::serve(app, listener, stop)).await?;
    refused.try_recv().map_or(Ok(()), Err)
}
