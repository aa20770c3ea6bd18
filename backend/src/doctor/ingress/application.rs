//! Is the door of each application shut? Asked at its public address, as a stranger would: without a
//! session, with headers that claim to be somebody, with an assertion that Postern did not sign.

use shared::error::ErrorCode;
use shared::routes::{API_ENTER, APP_START, LOGIN};
use shared::text::Text;

use super::upstream;
use crate::application::public_path::{PublicPath, is_public};
use crate::application::registry::Application;
use crate::base_path::BasePath;
use crate::config::Config;
use crate::doctor::finding::Finding;
use crate::doctor::probe::client::{self, ProbeClient};
use crate::doctor::probe::page::outline;
use crate::doctor::probe::random::random_text;
use crate::doctor::subject::OfApplication;
use crate::message::{Message, say};
use oidc::answer::{Answer, OpFailure};
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
pub(super) async fn examine(probe: &ProbeClient<'_>, config: &Config, runs: bool) -> Vec<Finding> {
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
async fn door(probe: &ProbeClient<'_>, app: &Application, own: &str, runs: bool) -> Finding {
    let step = OfApplication::door(&app.name);
    if app.public.iter().any(PublicPath::is_everything) {
        return step.warn(
            Text::FOUND_DOOR_EVERYTHING,
            say(Text::FIX_DOOR_EVERYTHING).with("setting", app.setting("PUBLIC")),
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
        Err(_) if !runs => return step.skip(Text::SKIP_NO_SERVER),
        Err(failure) => return unreachable(step, origin, failure),
    };
    if !runs && matches!(answer.status.as_u16(), 502..=504) {
        return step.skip(Text::SKIP_NO_SERVER);
    }
    if let Some(fault) = page_fault(app, &answer, origin) {
        return fault.into_finding(step, app);
    }
    let mut forged = probe.http.get(&url).header("sec-fetch-mode", "cors");
    for (name, value) in FORGED {
        forged = forged.header(name, value);
    }
    let unsigned = probe.http.get(&url).header("sec-fetch-mode", "cors");
    let unsigned = unsigned.header(postern_assertion::HEADER, UNSIGNED);
    for (request, with) in [
        (forged, Text::FOUND_DOOR_HEADERS),
        (unsigned, Text::FOUND_DOOR_ASSERTION),
    ] {
        match probe.ask(request, NAME).await {
            Ok(answer) if is_refusal(&answer) => {}
            Ok(answer) => return Fault::of(&answer, with, origin).into_finding(step, app),
            Err(failure) => return unreachable(step, origin, failure),
        }
    }
    // Postern's own host is examined as the public address.
    let entry = if app.is_on_own_host {
        Ok(())
    } else {
        entry(probe, origin, own).await
    };
    match entry {
        Ok(()) => step.pass(say(Text::FOUND_DOOR_GOOD).with("origin", origin)),
        Err(answer) => step.fail(
            say(Text::FOUND_DOOR_ENTRY)
                .with("url", format_args!("{origin}{APP_START}"))
                .with("answer", answer),
            Text::FIX_DOOR_ENTRY,
        ),
    }
}

fn unreachable(step: OfApplication, origin: &str, failure: OpFailure) -> Finding {
    let found = say(Text::FOUND_UNREACHABLE_HERE).with("origin", origin);
    step.warn(
        found.with("cause", client::cause(failure)),
        Text::FIX_DOOR_UNREACHABLE,
    )
}

/// What is wrong with an answer to somebody who is not logged in.
enum Fault {
    /// The request passed.
    Open(Message),
    /// Something else than Postern refuses, or sends elsewhere.
    Other(Message),
}

impl Fault {
    /// `asked` says what was asked, and has a place for the answer.
    fn of(answer: &Answer, asked: Text, origin: &str) -> Self {
        let what = say(asked).with("origin", origin);
        let what = what.with("answer", outline(answer));
        if answer.status.is_client_error() || answer.status.is_redirection() {
            Self::Other(what)
        } else {
            Self::Open(what)
        }
    }

    fn into_finding(self, step: OfApplication, app: &Application) -> Finding {
        match self {
            Self::Open(what) => step.fail(
                say(Text::FOUND_DOOR_OPEN).and(what),
                if app.upstream.is_some() {
                    Text::FIX_DOOR_PROXIED
                } else {
                    Text::FIX_DOOR_VERIFIED
                },
            ),
            Self::Other(what) => step.fail(what.and(Text::FOUND_DOOR_OTHER), Text::FIX_DOOR_OTHER),
        }
    }
}

/// Returns what is wrong with the answer to a page load; `None` if it leads to the login.
fn page_fault(app: &Application, answer: &Answer, origin: &str) -> Option<Fault> {
    let login = if app.is_on_own_host {
        BasePath::BELOW.of(LOGIN) + "?"
    } else {
        format!("{}{APP_START}?", app.url.origin())
    };
    let is_to_login =
        answer.status.is_redirection() && for_log(answer.header("location")).starts_with(&login);
    (!is_to_login).then(|| Fault::of(answer, Text::FOUND_DOOR_STRANGER, origin))
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
    let answer = probe.ask(request, NAME).await.map_err(client::cause)?;
    let place = for_log(answer.header("location"));
    let is_own = place.starts_with(&format!("{own}{API_ENTER}?"));
    if answer.status.is_redirection() && is_own {
        return Ok(());
    }
    Err(outline(&answer))
}
