//! Is the door of each application shut? Asked at its public address, as a stranger would: without a
//! session, with headers that claim to be somebody, with an assertion that Postern did not sign.

use shared::doctor::Step;
use shared::error::ErrorCode;
use shared::routes::{API_ENTER, APP_START, LOGIN};

use super::upstream;
use crate::application::public_path::{PublicPath, is_public};
use crate::application::registry::Application;
use crate::base_path::BasePath;
use crate::config::Config;
use crate::doctor::probe::client::ProbeClient;
use crate::doctor::probe::page::page;
use crate::doctor::probe::random::random_text;
use crate::doctor::subject::OfApplication;
use oidc::answer::Answer;
use oidc::for_log;

/// The name of the endpoint in errors.
const NAME: &str = "application";

/// Headers that claim to be somebody, in the spellings that applications read.
const FORGED: [(&str, &str); 8] = [
    ("remote-user", "admin"),
    ("remote_user", "admin"),
    ("remote-groups", "admin,admins"),
    ("remote-email", "admin@example.com"),
    ("x-forwarded-user", "admin"),
    ("x-forwarded-preferred-username", "admin"),
    ("x-forwarded-groups", "admin,admins"),
    ("x-forwarded-email", "admin@example.com"),
];
/// An assertion without a signature: `{"alg":"none","typ":"postern+jwt"}`, `{"sub":"admin"}`.
const UNSIGNED: &str = "eyJhbGciOiJub25lIiwidHlwIjoicG9zdGVybitqd3QifQ.eyJzdWIiOiJhZG1pbiJ9.";

/// Examines all applications. `runs`: a server is there to refuse anything.
pub(super) async fn examine(probe: &ProbeClient<'_>, config: &Config, runs: bool) -> Vec<Step> {
    let own = config.address().unwrap_or_default();
    let each = config.applications.0.iter().map(|app| async {
        let door = door(probe, app, &own, runs).await;
        let upstream = upstream::examine(probe, app).await;
        [Some(door), upstream]
    });
    let steps = futures_util::future::join_all(each).await;
    steps.into_iter().flatten().flatten().collect()
}

/// Asks at the public address of an application.
async fn door(probe: &ProbeClient<'_>, app: &Application, own: &str, runs: bool) -> Step {
    let step = OfApplication::door(&app.name);
    if app.public.iter().any(PublicPath::is_everything) {
        return step.warn(
            "everybody gets in without a login, on every path",
            format!(
                "take /* out of {}, and name single paths there",
                app.setting("PUBLIC")
            ),
        );
    }
    let origin = app.url.origin();
    let path = if is_public(&app.public, "/") {
        format!("/postern-doctor-{}", random_text())
    } else {
        "/".to_owned()
    };
    let url = format!("{origin}{path}");
    let stranger = probe.http.get(&url).header("sec-fetch-mode", "navigate");
    let stranger = stranger.header("accept", "text/html");
    let answer = match probe.ask(stranger, NAME).await {
        Ok(answer) => answer,
        Err(_) if !runs => return step.skip("no server runs"),
        Err(cause) => return unreachable(step, origin, &cause),
    };
    if !runs && matches!(answer.status.as_u16(), 502..=504) {
        return step.skip("no server runs");
    }
    if let Some(fault) = page_fault(app, &answer) {
        return fault.into_step(step, app, origin);
    }
    let mut forged = probe.http.get(&url).header("sec-fetch-mode", "cors");
    for (name, value) in FORGED {
        forged = forged.header(name, value);
    }
    let unsigned = probe.http.get(&url).header("sec-fetch-mode", "cors");
    let unsigned = unsigned.header(postern_assertion::HEADER, UNSIGNED);
    for (request, with) in [
        (forged, "with the headers of an identity"),
        (unsigned, "with an assertion that nobody signed"),
    ] {
        match probe.ask(request, NAME).await {
            Ok(answer) if is_refusal(&answer) => {}
            Ok(answer) => return Fault::of(&answer, with).into_step(step, app, origin),
            Err(cause) => return unreachable(step, origin, &cause),
        }
    }
    // Postern's own host is examined as the public address.
    let entry = if app.is_on_own_host {
        Ok(())
    } else {
        entry(probe, origin, own).await
    };
    match entry {
        Ok(()) => step.pass(format!(
            "{origin} lets nobody in without a login, with forged headers or a forged assertion"
        )),
        Err(what) => step.fail(
            format!("{origin}{APP_START} {what}, so that nobody can log in"),
            "let the reverse proxy send all paths of this host that begin with /_postern/ to Postern, \
             without asking /api/verify first",
        ),
    }
}

fn unreachable(step: OfApplication, origin: &str, cause: &str) -> Step {
    step.warn(
        format!("{origin} cannot be reached from this machine: {cause}"),
        "see that the host name leads to the reverse proxy, and that its certificate is good. Where \
         only this machine cannot come in that way, ask from elsewhere: curl -i must show a redirect \
         to the login",
    )
}

/// What is wrong with an answer to somebody who is not logged in.
enum Fault {
    /// The request passed.
    Open(String),
    /// Something else than Postern refuses, or sends elsewhere.
    Other(String),
}

impl Fault {
    fn of(answer: &Answer, with: &str) -> Self {
        let what = format!(
            "answers {}, {} to a request {with}",
            answer.status.as_u16(),
            page(answer)
        );
        if answer.status.is_client_error() || answer.status.is_redirection() {
            Self::Other(what)
        } else {
            Self::Open(what)
        }
    }

    fn into_step(self, step: OfApplication, app: &Application, origin: &str) -> Step {
        match self {
            Self::Open(what) => step.fail(
                format!("the door is open: {origin} {what}"),
                if app.upstream.is_some() {
                    "let the reverse proxy pass this host on to Postern, and not to the application"
                } else {
                    "let the reverse proxy ask /api/verify for every path of this host, as in \
                     docs/proxies, and do so before it passes anything on"
                },
            ),
            Self::Other(what) => step.fail(
                format!("{origin} {what}, which is not Postern's refusal"),
                "let the reverse proxy pass Postern's answers on, and put no other login before them; \
                 see docs/proxies for the one that you run",
            ),
        }
    }
}

/// Returns what is wrong with the answer to a page load; `None` if it leads to the login.
fn page_fault(app: &Application, answer: &Answer) -> Option<Fault> {
    let login = if app.is_on_own_host {
        BasePath::BELOW.of(LOGIN) + "?"
    } else {
        format!("{}{APP_START}?", app.url.origin())
    };
    let is_to_login =
        answer.status.is_redirection() && for_log(answer.header("location")).starts_with(&login);
    (!is_to_login).then(|| Fault::of(answer, "without a session"))
}

/// Is this Postern's refusal of somebody who is not logged in?
fn is_refusal(answer: &Answer) -> bool {
    let problem = answer.json_object().unwrap_or_default();
    let code = ErrorCode::Unauthenticated.as_str();
    answer.status.as_u16() == 401 && problem.get("code").is_some_and(|given| given == code)
}

/// Does Postern answer below `/_postern/` of that host?
async fn entry(probe: &ProbeClient<'_>, origin: &str, own: &str) -> Result<(), String> {
    let request = probe.http.get(&format!("{origin}{APP_START}"));
    let answer = probe.ask(request, NAME).await?;
    let place = for_log(answer.header("location"));
    let is_own = place.starts_with(&format!("{own}{API_ENTER}?"));
    if answer.status.is_redirection() && is_own {
        return Ok(());
    }
    Err(format!(
        "answers {}, {}, and not Postern",
        answer.status.as_u16(),
        page(&answer)
    ))
}
