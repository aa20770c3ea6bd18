//! The doctor's question at an address, and what answers it.

use shared::routes::API_DOCTOR_REFLECTION;

use crate::doctor::probe::client::{self, ProbeClient};
use crate::doctor::probe::reflection::{HEADER, Question, Reflection};
use crate::keys::Keys;
use clock::Clock;
use oidc::answer::Answer;

/// The name of the endpoint in errors.
const NAME: &str = "server";
/// An address that no machine has (RFC 5737): the doctor claims to come from there.
pub(super) const CLAIMED: &str = "192.0.2.77";

/// What answers to the doctor's question.
pub(super) enum Reply {
    /// This very server.
    Own(Box<Reflection>, Answer),
    /// Something else.
    Other(Answer),
    /// Nothing.
    Nothing(String),
}

/// Asks the question below an address. With a cookie, also claims to come from another address.
pub(super) async fn ask(
    probe: &ProbeClient<'_>,
    address: &str,
    keys: &Keys,
    clock: &Clock,
    cookie: Option<&str>,
) -> Reply {
    let question = Question::new(keys, clock.now());
    let url = format!("{address}{API_DOCTOR_REFLECTION}");
    let mut request = probe
        .http
        .get(&url)
        .header(HEADER, &question.text)
        .header("accept", "application/json");
    if let Some(cookie) = cookie {
        request = request
            .header("cookie", cookie)
            .header("x-forwarded-for", CLAIMED);
    }
    let answer = match probe.ask(request, NAME).await {
        Ok(answer) => answer,
        Err(failure) => return Reply::Nothing(client::cause(failure)),
    };
    let reflection: Option<Reflection> = serde_json::from_slice(&answer.body).ok();
    match reflection {
        Some(reflection)
            if answer.status.is_success() && question.is_answered_by(&reflection, keys) =>
        {
            Reply::Own(Box::new(reflection), answer)
        }
        _ => Reply::Other(answer),
    }
}
