//! `cargo xtask demo`: from a fresh clone to a login in the browser.

use crate::say::{self, Steps};
use crate::site::{self, App, Output, Site};
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

/// Where browsers find Postern and, around its own pages, the first application.
const HOME: &str = "http://127.0.0.1:8080";

/// The applications behind the door: one at Postern's own host, one at a host of its own.
const APPS: &[App] = &[
    App {
        origin: HOME,
        port: 3001,
    },
    App {
        origin: "http://app.localhost:8080",
        port: 3002,
    },
];

/// Builds and starts everything, says what to try, and waits for Ctrl-C.
pub(crate) fn run(data: Data) -> Result<()> {
    let site = Site {
        binaries: place::target().join("release"),
        data: place::target().join("demo-data"),
        origin: HOME,
        apps: APPS,
        output: Output::Files,
    };
    let mut steps = Steps::new(5);
    steps.run("Looking at this machine", || {
        // First everything that would make the build useless.
        let apps = APPS.iter().map(|app| (app.port, "a demo application"));
        Site::require_ports(&apps.collect::<Vec<_>>())?;
        machine::require_c_compiler()?;
        machine::require_target(machine::WASM)
    })?;
    steps.run("Downloading crates", machine::fetch_crates)?;
    let spa = steps.run(
        "Building the page (the first time: a few minutes)",
        spa::build,
    )?;
    steps.run(
        "Building the server, the demo OP and the demo applications (the first time: some minutes)",
        || release::build_binaries(&spa.hash),
    )?;
    let mut services = steps.run(
        "Starting the demo OP, Postern and two applications behind it",
        || {
            if data == Data::Fresh {
                site::forget(&site.data)?;
            }
            site.start()
        },
    )?;
    explain(&site)?;
    service::watch(&mut services)
}

/// Says where everything is and what to try.
fn explain(site: &Site) -> Result<()> {
    say::line(&format!(
        "\nAn application is at {}/ and another at {}/, both behind Postern.\n\
         Postern's own pages are at {}/\n\n\
         The demo OP is at {}, with these accounts:\n\n    {}\n",
        HOME,
        APPS[1].origin,
        site.address(),
        site::ISSUER,
        site.accounts()?.join("\n    ")
    ));
    let first = match site.setup_token()? {
        Some(token) => format!(
            "Open {}/setup and make yourself the admin. The setup token is\n\n    {token}\n\n  2. ",
            site.address()
        ),
        None => "The admin of the last demo is still there (`cargo xtask demo --fresh` starts anew).\n  2. ".to_owned(),
    };
    say::line(&format!(
        "What to try:
  1. {first}Put the email of one of the OP's accounts into your profile, log out,
     and \"Log in with Authentik\" as that account. Postern asks once for your password;
     from then on both ways lead to your account.
  3. Log out and log in as another of the OP's accounts: it gets an account of its own.
  4. Open {HOME}/deep/link?page=2 without a login: after it you are back
     there, and the application greets you by what Postern signed.
  5. Open {1}/: the same login opens it, by a cookie of that host alone.
     \"Log out\" there leads to Postern's login page, and closes both.

Logs and the database are in {0}. Ctrl-C ends everything.",
        place::shown(&site.data),
        APPS[1].origin
    ));
    Ok(())
}
