//! The order of the steps about how requests come in.

use shared::text::Text;

use super::{application, proxy, public_address, server};
use crate::config::Config;
use crate::doctor::context::RunContext;
use crate::doctor::finding::Finding;
use crate::doctor::probe::client::ProbeClient;
use crate::doctor::probe::random::random_text;
use crate::doctor::subject::SERVER;
use crate::keys::Keys;
use crate::message::{Message, say};
use clock::Clock;

/// Examines how requests come in.
pub(crate) async fn examine(
    config: &Config,
    keys: Option<&Keys>,
    clock: &Clock,
    context: &RunContext<'_>,
) -> Vec<Finding> {
    let probe = match ProbeClient::new(config.oidc.as_ref(), clock) {
        Ok(probe) => probe,
        Err(error) => {
            let error = format_args!("{error:#}");
            return skipped(&say(Text::SKIP_NO_CLIENT).with("error", error));
        }
    };
    // Without the real keys no server counts as this one, but one that runs is still noticed.
    let nobodys = Keys::derive(&random_text().into_bytes().into());
    let keys = keys.unwrap_or(&nobodys);
    let mut steps = Vec::new();
    let runs = match context {
        RunContext::Cli => {
            let (step, runs) = server::examine(&probe, config, keys, clock).await;
            steps.push(step);
            runs
        }
        RunContext::Server { .. } => {
            steps.push(SERVER.pass(Text::FOUND_SERVER_THIS));
            true
        }
    };
    steps.extend(match &config.public_url {
        Some(public) => {
            let base = config.base();
            public_address::examine(&probe, public, base, (keys, clock), runs).await
        }
        None => public_address::skipped(&Text::SKIP_PUBLIC_NONE.into()),
    });
    steps.extend(application::examine(&probe, config, runs).await);
    if let RunContext::Server {
        request: Some(request),
        ..
    } = context
    {
        steps.push(proxy::this_request(request, config.public_url.as_ref()));
    }
    steps
}

fn skipped(why: &Message) -> Vec<Finding> {
    let mut steps = vec![SERVER.skip(why.clone())];
    steps.extend(public_address::skipped(why));
    steps
}
