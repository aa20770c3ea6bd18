//! The test login: an admin goes to the OP and back. Nobody is logged in and nothing is linked or
//! created; what came, and what a login would lead to, is stored for the admin to read.

use axum::response::{IntoResponse, Redirect, Response};
use serde_json::Value;
use shared::api::{ShowTestLogin, StartTestLogin};
use shared::error::ErrorCode;
use shared::routes;
use shared::session::{GoTo, Role};
use shared::test_login::{SeenClaim, Source, TestLogin, Verdict};
use shared::text::{Language, Text, fill};

use crate::app::AppState;
use crate::failure::{Cause, explanation, remedy};
use crate::http::api::{Answer, Call, Reply};
use crate::http::error::ApiError;
use crate::http::extract::language::language;
use crate::http::extract::principal::Current;
use crate::http::login::attempts;
use crate::http::login::visit::Visit;
use crate::http::reference;
use crate::login::attempt::{Intent, LoginAttempt};
use crate::login::decide::{Decision, decide};
use crate::login::explain::{claims_of, explain};
use crate::login::register::wanted_username;
use crate::login::role::RoleAnswer;
use crate::login::{LoginError, LoginSettings, facts};
use crate::return_to::ReturnTo;
use crate::store;
use crate::telemetry::chain;
use oidc::attempt::{AuthorizationResponse, Start};
use oidc::identity::VerifiedIdentity;
use oidc::jws::Claims;
use oidc::provider::Seen;

/// The most characters of a claim's value that are shown.
const MOST_SHOWN: usize = 300;

/// Starts one: an attempt bound to this admin's session. Answers with the OP's URL.
pub(crate) async fn begin(app: AppState, call: Call<StartTestLogin>) -> Reply<StartTestLogin> {
    let (current, headers) = (call.caller, call.headers);
    let start = match call.query.prompt.as_deref() {
        Some("login") => Start::SomebodyElse,
        None | Some("") => Start::Login,
        Some(_) => return Err(ErrorCode::BadRequest.into()),
    };
    let provider = app.provider().ok_or(ErrorCode::OpenidDisabled)?;
    let intent = Intent::Test {
        account_id: current.account.id,
        session_id: current.session.id,
    };
    let next = ReturnTo::own(app.config.base(), routes::DOCTOR);
    let begun = attempts::begin(&app, &provider, &headers, intent, next, start, None).await;
    match begun {
        Ok((url, cookies)) => {
            let redirect = url.to_string();
            Ok(Answer::new(GoTo { redirect }).with(cookies))
        }
        // A test shows why it cannot leave for the OP.
        Err(error) => {
            let report = failed(&app, &error, &Seen::default(), language(&headers));
            keep(&app, &current, &report).await?;
            let redirect = app.config.base().of(routes::DOCTOR);
            Ok(Answer::new(GoTo { redirect }))
        }
    }
}

/// Returns the report of the admin's last one.
pub(crate) async fn show(app: AppState, call: Call<ShowTestLogin>) -> Reply<ShowTestLogin> {
    let current = call.caller;
    let report = app
        .store
        .test_login(current.account.id, current.now)
        .await?;
    // A report of another version that cannot be parsed counts as none.
    Ok(Answer::new(
        report.and_then(|report| serde_json::from_str(&report).ok()),
    ))
}

/// Ends one after the OP has sent the browser back.
///
/// # Errors
/// Errors of the login itself are in the report. This fails if the session that started the test is
/// gone, or if the report cannot be stored.
pub(crate) async fn finish(
    visit: &Visit,
    response: &AuthorizationResponse,
    attempt: LoginAttempt,
    current: Option<&Current>,
) -> Result<Response, LoginError> {
    let admin = current.filter(|current| is_by(&attempt.intent, current));
    let admin = admin.ok_or(oidc::Error::StateMismatch(
        "the admin's session that began the test is gone",
    ))?;
    let mut seen = Seen::default();
    let report = match try_out(visit, response, attempt, &mut seen).await {
        Ok(report) => report,
        Err(error) => failed(&visit.app, &error, &seen, language(&visit.headers)),
    };
    keep(&visit.app, admin, &report).await?;
    Ok(Redirect::to(&visit.app.config.base().of(routes::DOCTOR)).into_response())
}

/// Returns true if this is the session in which the test was started, and still an admin's.
fn is_by(intent: &Intent, current: &Current) -> bool {
    matches!(intent, Intent::Test { account_id, session_id }
        if current.account.id == *account_id
            && current.session.id == *session_id
            && current.account.role == Role::Admin)
}

/// Does everything a login does up to the decision, and reports that decision.
async fn try_out(
    visit: &Visit,
    response: &AuthorizationResponse,
    attempt: LoginAttempt,
    seen: &mut Seen,
) -> Result<TestLogin, LoginError> {
    let Visit { app, provider, .. } = visit;
    let expected = provider.rp.expected_issuer().await?;
    let (code, checks) = attempt
        .protocol
        .accept(response, &expected, app.clock.now())?;
    let identity = provider.rp.try_out(&code, &checks, seen).await?;
    let settings = LoginSettings::of(&app.config, &provider.config);
    let role = RoleAnswer::of(&identity, settings.roles);
    let facts = facts::gather(&app.store, &identity, role, None).await?;
    let verdict = decide(&facts, settings.policy);
    let (account, cause) = match verdict.decision {
        Decision::Register => (Some(wanted_username(&identity)), None),
        Decision::Refuse(code) => (None, Some(code.into())),
        Decision::LogIn(id) | Decision::LinkAndLogIn(id) => {
            (facts.username_of(id).map(str::to_owned), None)
        }
        Decision::AskWho(_) | Decision::AskForConsent(_) | Decision::AlreadyLinked => (None, None),
    };
    let language = language(&visit.headers);
    let mut reasons = vec![who(&identity, language)];
    let words = |reason| explain(reason, &identity, &provider.config, language);
    reasons.extend(verdict.reasons.iter().map(words));
    reasons.extend(userinfo_fault(seen, language));
    let decisive = verdict.reasons.iter();
    let decisive = decisive.flat_map(|reason| claims_of(reason, &provider.config));
    let decisive: Vec<&str> = decisive.collect();
    let mut report = TestLogin {
        verdict: outlook(verdict.decision),
        account,
        reasons,
        claims: claims(seen, &decisive),
        ..empty(app)
    };
    refer(app, &mut report, cause, language);
    tracing::info!(
        code = report.code,
        oidc.issuer = %identity.issuer,
        "test login: a login would end as {:?}",
        report.verdict
    );
    Ok(report)
}

/// What a decision means to the person who logs in.
fn outlook(decision: Decision) -> Verdict {
    match decision {
        // The two for a link cannot occur: no test asks for a link.
        Decision::LogIn(_) | Decision::AlreadyLinked => Verdict::LogIn,
        Decision::LinkAndLogIn(_) => Verdict::Link,
        Decision::AskWho(_) | Decision::AskForConsent(_) => Verdict::AskForPassword,
        Decision::Register => Verdict::Register,
        Decision::Refuse(_) => Verdict::Refuse,
    }
}

/// Returns the report of a test that failed on the way, and logs it like a failed login.
fn failed(app: &AppState, error: &LoginError, seen: &Seen, language: Language) -> TestLogin {
    let cause = error.cause();
    let mut report = TestLogin {
        verdict: Verdict::Fail,
        // In a sentence, and exactly, as in the log.
        reasons: vec![explanation(cause).translated(language), chain(error)],
        claims: claims(seen, &[]),
        ..empty(app)
    };
    refer(app, &mut report, Some(cause), language);
    tracing::warn!(
        code = report.code,
        remedy = remedy(cause, app.config.op_name()).english(),
        "test login failed: {}",
        chain(error)
    );
    report
}

/// Adds the code to a report, and what to do about it.
fn refer(app: &AppState, report: &mut TestLogin, cause: Option<Cause>, language: Language) {
    let Some(cause) = cause else {
        return;
    };
    report.code = Some(cause.code().as_str().to_owned());
    report.remedy = Some(remedy(cause, app.config.op_name()).translated(language));
}

/// An empty report.
fn empty(app: &AppState) -> TestLogin {
    TestLogin {
        at: app.clock.now().unix(),
        reference: reference::current(),
        verdict: Verdict::Fail,
        account: None,
        code: None,
        reasons: Vec::new(),
        remedy: None,
        claims: Vec::new(),
    }
}

/// Who the user is, according to the OP.
fn who(identity: &VerifiedIdentity, language: Language) -> String {
    let values = [
        ("subject", identity.subject.as_str()),
        ("issuer", identity.issuer.as_str()),
    ];
    fill(language.text(Text::WHY_SUBJECT), &values)
}

/// What was wrong with a userinfo answer that no login would have needed.
fn userinfo_fault(seen: &Seen, language: Language) -> Option<String> {
    let fault = seen.userinfo.as_ref()?.as_ref().err()?.clone();
    let values = [("fault", fault.as_str())];
    Some(fill(language.text(Text::WHY_USERINFO), &values))
}

/// Stores a report for the admin.
async fn keep(app: &AppState, admin: &Current, report: &TestLogin) -> Result<(), Unkept> {
    let json = serde_json::to_string(report)?;
    let now = app.clock.now();
    Ok(app
        .store
        .keep_test_login(admin.account.id, &json, now)
        .await?)
}

/// Why a report could not be stored.
#[derive(Debug, thiserror::Error)]
enum Unkept {
    #[error("the report cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<Unkept> for ApiError {
    fn from(unkept: Unkept) -> Self {
        match unkept {
            Unkept::Store(error) => error.into(),
            Unkept::Json(_) => Self::internal(&unkept),
        }
    }
}

impl From<Unkept> for LoginError {
    fn from(unkept: Unkept) -> Self {
        match unkept {
            Unkept::Store(error) => error.into(),
            Unkept::Json(_) => Self::Internal(chain(&unkept)),
        }
    }
}

/// Returns the received claims by name, each with its source. Those of the names in `decisive` decided.
fn claims(seen: &Seen, decisive: &[&str]) -> Vec<SeenClaim> {
    let none = Claims::new();
    let id_token = seen.id_token.as_ref().unwrap_or(&none);
    let userinfo = seen.userinfo.as_ref().and_then(|said| said.as_ref().ok());
    let userinfo = userinfo.unwrap_or(&none);
    let mut claims: Vec<SeenClaim> = Vec::new();
    let mut add = |name: &str, value: &Value, source| {
        claims.push(SeenClaim {
            name: name.to_owned(),
            value: shown(value),
            source,
            decided: decisive.contains(&name),
        });
    };
    for (name, value) in id_token {
        let is_same = userinfo.get(name) == Some(value);
        let source = if is_same {
            Source::Both
        } else {
            Source::IdToken
        };
        add(name, value, source);
    }
    for (name, value) in userinfo {
        if id_token.get(name) != Some(value) {
            add(name, value, Source::Userinfo);
        }
    }
    claims.sort_by(|one, other| one.name.cmp(&other.name));
    claims
}

/// A claim's value as JSON, truncated if it is long.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
