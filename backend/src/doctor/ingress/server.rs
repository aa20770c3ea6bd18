//! Whether a server runs on this machine.

use shared::doctor::Step;

use super::question::{Reply, ask};
use crate::config::Config;
use crate::doctor::probe::client::ProbeClient;
use crate::doctor::probe::page::page;
use crate::doctor::subject::SERVER;
use crate::keys::Keys;
use clock::Clock;

/// Checks that a server runs on this machine, and has these settings.
pub(super) async fn examine(
    probe: &ProbeClient<'_>,
    config: &Config,
    keys: &Keys,
    clock: &Clock,
) -> (Step, bool) {
    let address = config.local_address();
    let origin = format!("http://{address}{}", config.base().as_str());
    match ask(probe, &origin, keys, clock, None).await {
        Reply::Own(..) => (SERVER.pass(format!("runs at {address}")), true),
        Reply::Other(answer) if answer.media_type == "application/problem+json" => (
            SERVER.warn(
                format!("a Postern answers at {address}, with another secret key or clock"),
                "give the doctor the server's own settings: DATA_DIR or POSTERN_SECRET_KEY differ, \
                 or the server is of an older version",
            ),
            false,
        ),
        Reply::Other(answer) => (
            SERVER.warn(
                format!(
                    "something else answers at {address}: {}, {}",
                    answer.status,
                    page(&answer)
                ),
                "the port of POSTERN_LISTEN is taken by another program",
            ),
            false,
        ),
        Reply::Nothing(_) => {
            let found = format!("none runs at {address}: start it, and run the doctor again");
            (SERVER.skip(found), false)
        }
    }
}
