//! `cargo xtask demo`: from a fresh clone to a login in the browser.

use crate::say::{self, Steps};
use crate::site::{self, Output, Site};
use crate::{machine, place, release, service, spa};
use anyhow::Result;

/// What happens to the accounts of the last demo.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Data {
    /// They stay.
    Kept,
    /// They are removed.
    Fresh,
}

/// Builds and starts everything, says what to try, and waits for Ctrl-C.
pub(crate) fn run(data: Data) -> Result<()> {
    let site = Site {
        binaries: place::target().join("release"),
        data: place::target().join("demo-data"),
        origin: "http://127.0.0.1:8080",
        output: Output::Files,
    };
    let mut steps = Steps::new(5);
    steps.run("Looking at this machine", || {
        // First everything that would make the build useless.
        Site::require_ports(&[])?;
        machine::require_c_compiler()?;
        machine::require_wasm_target()
    })?;
    steps.run("Downloading crates", machine::fetch_crates)?;
    let spa = steps.run(
        "Building the page (the first time: a few minutes)",
        spa::build,
    )?;
    steps.run(
        "Building the server and the demo OP (the first time: some minutes)",
        || release::build_binaries(&spa.hash),
    )?;
    let mut services = steps.run("Starting the demo OP and Postern", || {
        if data == Data::Fresh {
            site::forget(&site.data)?;
        }
        site.start()
    })?;
    explain(&site)?;
    service::watch(&mut services)
}

/// Says where everything is and what to try.
fn explain(site: &Site) -> Result<()> {
    say::line(&format!(
        "\nPostern is at {}\n\nThe demo OP is at {}, with these accounts:\n\n    {}\n",
        site.origin,
        site::ISSUER,
        site.accounts()?.join("\n    ")
    ));
    let first = match site.setup_token()? {
        Some(token) => format!(
            "Open {0}/setup and make yourself the admin. The setup token is\n\n    {token}\n\n  2. ",
            site.origin
        ),
        None => "The admin of the last demo is still there (`cargo xtask demo --fresh` starts anew).\n  2. ".to_owned(),
    };
    say::line(&format!(
        "What to try:
  1. {first}Put the email of one of the OP's accounts into your profile, log out,
     and \"Log in with Authentik\" as that account: you are back in your own.
  3. Log out and log in as another of the OP's accounts: it gets an account of its own.

Logs and the database are in {}. Ctrl-C ends everything.",
        place::shown(&site.data)
    ));
    Ok(())
}
