//! `cargo xtask dev`: a debug server and the demo OP, for `trunk serve` beside it.

use crate::command::Command;
use crate::say::{self, Steps};
use crate::service::{self, Service};
use crate::site::{self, Output, Site};
use crate::{machine, place, release, spa, tools};
use anyhow::Result;

/// Where `trunk serve` listens; `Trunk.toml` has the same address.
const TRUNK_PORT: u16 = 8081;

/// Who serves the page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// `trunk serve` in another terminal, which shows its messages separately.
    ServedElsewhere,
    /// A `trunk serve` that is started with the rest.
    ByTrunk,
}

/// Builds and starts the servers, and waits for Ctrl-C.
pub(crate) fn run(page: Page) -> Result<()> {
    let site = Site {
        binaries: place::target().join("debug"),
        data: place::target().join("dev-data"),
        // Browsers see Trunk, which forwards /api.
        origin: "http://127.0.0.1:8081",
        apps: &[],
        output: Output::Terminal,
    };
    let mut steps = Steps::new(4);
    steps.run("Looking at this machine", || {
        let trunk = (TRUNK_PORT, "trunk serve");
        Site::require_ports(if page == Page::ByTrunk {
            std::slice::from_ref(&trunk)
        } else {
            &[]
        })?;
        machine::require_c_compiler()?;
        machine::require_target(machine::WASM)
    })?;
    steps.run("Looking for Trunk", || {
        tools::trunk::install(tools::trunk::Output::Terminal)
    })?;
    steps.run("Building the server and the demo OP", build)?;
    let mut services = steps.run("Starting the demo OP and Postern", || site.start())?;
    if page == Page::ByTrunk {
        let serve = service::dies_with_xtask(tools::trunk::path()).args(["serve"]);
        services.push(Service::start("Trunk", serve, None)?);
    }
    explain(&site, page)?;
    service::watch(&mut services)
}

/// Builds the debug binaries.
fn build() -> Result<()> {
    Command::cargo()
        .args([
            "build",
            "--bins",
            "--package",
            "postern",
            "--package",
            "demo-op",
        ])
        // Any page will do: the one that developers look at comes from Trunk.
        .env(release::SPA_HASH, spa::dist_hash().unwrap_or_default())
        .run("building the server")
}

/// Says what to do in the other terminal.
fn explain(site: &Site, page: Page) -> Result<()> {
    say::line(&format!(
        "\nThe demo OP is at {}; its accounts are above.",
        site::ISSUER
    ));
    if let Some(token) = site.setup_token()? {
        say::line(&format!("The setup token is {token}"));
    }
    match page {
        Page::ServedElsewhere => say::line(&format!(
            "In another terminal, in this folder:\n\n    export PATH=\"{}:$PATH\"\n    trunk serve\n\nThen open {}. Ctrl-C ends the servers.",
            place::tools().join("bin").display(),
            site.origin
        )),
        Page::ByTrunk => {
            say::line(&format!(
                "Open {} once Trunk has built it. Ctrl-C ends everything.",
                site.origin
            ));
        }
    }
    Ok(())
}
