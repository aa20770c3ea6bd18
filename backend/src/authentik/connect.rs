//! Sets Authentik up over its API, and writes the settings of Postern: looks, plans, asks, does.

use std::io::{self, Write};
use std::path::{PathBuf, absolute};
use std::time::Duration;

use rand::Rng as _;
use rand::distr::Alphanumeric;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use url::Url;

use super::api::{Api, Kind, Object};
use super::env_file::{EnvFile, State};
use super::plan::plan;
use super::plan::steps::{Later, Plan};
use super::present::{Application, Flow, Key, Mapping, Present, Provider};
use super::show;
use super::trouble::Trouble;
use super::version::Version;
use super::wanted::Wanted;

/// The length of a generated client secret, equal to that of Authentik.
const SECRET_LENGTH: usize = 128;

/// After how long Authentik is asked for a session again: the setting, its twin, and the seconds.
const RECHECK: &str = "OIDC_RECHECK_SECONDS";
/// Names a file with it.
const RECHECK_FILE: &str = "OIDC_RECHECK_SECONDS_FILE";
/// A quarter of an hour.
const RECHECK_SECONDS: &str = "900";

/// What to do, and where.
#[derive(Debug)]
pub struct Job {
    /// Authentik.
    pub api: Api,
    /// What should exist at Authentik.
    pub wanted: Wanted,
    /// Where browsers and Postern reach Authentik; its path ends with a slash.
    pub op_url: Url,
    /// Where the settings go.
    pub env_file: PathBuf,
    /// How long Authentik is waited for while it is not ready.
    pub patience: Patience,
    /// Is this a dry run, which changes nothing?
    pub is_dry_run: bool,
    /// Is the result written as JSON?
    pub is_json: bool,
}

/// How long Authentik is waited for. A new one has no flows and no mappings for half a minute, and
/// knows no token.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// In all.
    pub total: Duration,
    /// Between two looks.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            total: Duration::from_mins(2),
            pause: Duration::from_secs(2),
        }
    }
}

/// What was found.
struct Proposal {
    version: Version,
    plan: Plan,
    env_file: EnvFile,
    /// What to do about the env file.
    env_state: State,
    provider: Option<Provider>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Everything is as it should be.
    Done,
    /// Everything was as it should be before.
    NothingToDo,
    /// The plan was shown, and no more was asked for.
    Planned,
    /// Whoever was asked said no.
    Declined,
    /// No terminal was there to ask at.
    NobodyToAsk,
}

/// Runs the job. The result goes to `out`, and so does the plan, or to `talk` if the result is
/// JSON; `talk` is also told if Authentik is waited for. `ask` asks whether to go on; it returns `None` if it cannot ask.
///
/// # Errors
/// See [`Trouble`]; or `out` or `talk` cannot be written to.
pub async fn run(
    job: &Job,
    out: &mut impl Write,
    talk: &mut impl Write,
    ask: impl FnOnce(&mut dyn Write) -> io::Result<Option<bool>>,
) -> anyhow::Result<End> {
    let proposal = look_patiently(job, talk).await?;
    let has_work = !proposal.plan.steps.is_empty() || proposal.env_state != State::Same;
    let shown = show::plan(
        &proposal.plan,
        &proposal.version,
        job.api.base().as_str(),
        &env_line(&proposal),
    );
    if job.is_json {
        talk.write_all(shown.as_bytes())?;
    } else {
        out.write_all(shown.as_bytes())?;
    }
    let end = if !has_work {
        End::NothingToDo
    } else if job.is_dry_run {
        End::Planned
    } else {
        match ask(talk)? {
            Some(true) => End::Done,
            Some(false) => End::Declined,
            None => End::NobodyToAsk,
        }
    };
    let mut client_id = proposal.provider.as_ref().and_then(Provider::client_id);
    let mut done = Vec::new();
    if end == End::Done {
        let outcome = carry_out(job, &proposal, &mut done).await;
        client_id = Some(outcome.map_err(|cause| half_way(done.clone(), cause))?);
    }
    if job.is_json {
        report_json(job, &proposal, end, client_id.as_deref(), &done, out)?;
    } else {
        report(job, end, &done, out)?;
    }
    Ok(end)
}

/// Reads what exists, and plans what to do, once Authentik is ready for it.
async fn look_patiently(job: &Job, talk: &mut impl Write) -> anyhow::Result<Proposal> {
    let Patience { total, pause } = job.patience;
    let deadline = Instant::now() + total;
    let (mut said, mut is_set_up) = (String::new(), false);
    loop {
        let trouble = match look(job).await {
            Ok(proposal) => return Ok(proposal),
            Err(trouble) => trouble,
        };
        let is_refused = matches!(trouble, Trouble::TokenRefused);
        let cause = trouble.passing().filter(|_| !(is_refused && is_set_up));
        let Some(cause) = cause.filter(|_| Instant::now() + pause <= deadline) else {
            return Err(trouble.into());
        };
        // Once it has its own flows it also has its tokens: if it still refuses this one then, it
        // is a wrong one.
        is_set_up = is_refused && job.api.is_set_up().await;
        if !is_set_up && said != cause {
            writeln!(
                talk,
                "Authentik is not ready yet: {cause}. Waiting, up to {} s in all.",
                total.as_secs()
            )?;
            said = cause;
        }
        sleep(pause).await;
    }
}

/// Reads what exists, and plans what to do.
async fn look(job: &Job) -> Result<Proposal, Trouble> {
    let present = present(&job.api, &job.wanted).await?;
    let plan = plan(&present, &job.wanted)?;
    let env_file = EnvFile::open(&job.env_file).map_err(Trouble::EnvFile)?;
    let changes_provider = plan.steps.iter().any(|step| step.kind == Kind::Provider);
    let env_state = match &present.provider {
        Some(provider) if !changes_provider => env_file.state(&env_text(job, provider, &env_file)?),
        // Its values are not known yet.
        _ => env_file.state_before_anything(),
    };
    Ok(Proposal {
        version: present.version,
        plan,
        env_file,
        env_state,
        provider: present.provider,
    })
}

/// Reads everything that the plan depends on.
async fn present(api: &Api, wanted: &Wanted) -> Result<Present, Trouble> {
    let version = api.version().await?;
    if !version.is_supported() {
        return Err(Trouble::TooOld(version));
    }
    let flows = api.list(Kind::Flow, &[]).await?;
    let keys = api.list(Kind::Key, &[("has_key", "true")]).await?;
    let mappings = api.list(Kind::Mapping, &[]).await?;
    let application = api.get(Kind::Application, &wanted.slug).await?;
    let application = application.map(Application::read).transpose()?;
    let provider = provider(api, wanted, application.as_ref()).await?;
    Ok(Present {
        version,
        flows: flows.iter().map(Flow::read).collect::<Result<_, _>>()?,
        keys: keys.iter().map(Key::read).collect::<Result<_, _>>()?,
        mappings: mappings
            .iter()
            .map(Mapping::read)
            .collect::<Result<_, _>>()?,
        application,
        provider,
    })
}

/// Finds the provider: that of the application, or one of the wanted name without an application.
async fn provider(
    api: &Api,
    wanted: &Wanted,
    application: Option<&Application>,
) -> Result<Option<Provider>, Trouble> {
    if let Some(application) = application
        && let Some(pk) = application.provider
    {
        return match api.get(Kind::Provider, &pk.to_string()).await? {
            Some(object) => Provider::read(object).map(Some),
            None if application.provider_kind.starts_with("OAuth2") => Err(Trouble::Forbidden {
                act: format!("see the provider of the application {:?}", wanted.slug),
                permission: Kind::Provider.permission("view"),
            }),
            None => Err(Trouble::SlugTaken {
                slug: wanted.slug.clone(),
                kind: application.provider_kind.clone(),
            }),
        };
    }
    let name = wanted.name.value.as_str();
    let found = api.list(Kind::Provider, &[("name", name)]).await?;
    for object in found {
        let provider = Provider::read(object)?;
        if provider.name != name {
            continue;
        }
        return match &provider.application {
            Some(application) => Err(Trouble::NameTaken {
                name: provider.name,
                application: application.clone(),
            }),
            None => Ok(Some(provider)),
        };
    }
    Ok(None)
}

/// Carries out the plan, and returns the client id. Adds each step to `done` once it is done.
async fn carry_out(
    job: &Job,
    proposal: &Proposal,
    done: &mut Vec<String>,
) -> Result<String, Trouble> {
    // Fail before anything is changed at Authentik.
    proposal.env_file.probe().map_err(Trouble::EnvFile)?;
    let mut mapping = Value::Null;
    let mut provider = proposal.provider.clone();
    for step in &proposal.plan.steps {
        let mut body = step.body.clone();
        for later in &step.later {
            fill(&mut body, *later, &mapping, provider.as_ref());
        }
        let object = match &step.id {
            None => job.api.make(step.kind, &body).await?,
            Some(id) => job.api.change(step.kind, id, &body).await?,
        };
        done.push(show::deed(step));
        match step.kind {
            Kind::Mapping => mapping = object.get("pk").cloned().unwrap_or_default(),
            Kind::Provider => provider = Some(read_back(job, object).await?),
            Kind::Flow | Kind::Key | Kind::Application => {}
        }
    }
    let provider = provider.ok_or_else(|| Trouble::Strange("no provider, after all".to_owned()))?;
    let text = env_text(job, &provider, &proposal.env_file)?;
    let file = &proposal.env_file;
    if file.state(&text) != State::Same {
        file.write(&text).map_err(Trouble::EnvFile)?;
        done.push(format!("wrote {}", file.path().display()));
    }
    provider
        .client_id()
        .ok_or_else(|| Trouble::Strange("a provider without client id".to_owned()))
}

/// Fills in the values that were unknown when the plan was made.
fn fill(body: &mut Object, later: Later, mapping: &Value, provider: Option<&Provider>) {
    match later {
        Later::Mapping => {
            if let Some(Value::Array(list)) = body.get_mut("property_mappings") {
                list.push(mapping.clone());
            }
        }
        Later::Provider => {
            body.insert("provider".to_owned(), json!(provider.map(|it| it.pk)));
        }
        Later::Secret => {
            // Only characters that need no encoding, since versions encode differently.
            let secret: String = rand::rng()
                .sample_iter(Alphanumeric)
                .take(SECRET_LENGTH)
                .map(char::from)
                .collect();
            body.insert("client_secret".to_owned(), secret.into());
        }
    }
}

/// Reads the stored provider, since that is what Postern will use.
async fn read_back(job: &Job, answer: Object) -> Result<Provider, Trouble> {
    let answered = Provider::read(answer)?;
    let object = job
        .api
        .get(Kind::Provider, &answered.pk.to_string())
        .await?;
    match object {
        Some(object) => Provider::read(object),
        None => Ok(answered),
    }
}

/// Returns the text of the env file with the settings.
fn env_text(job: &Job, provider: &Provider, file: &EnvFile) -> Result<String, Trouble> {
    let (Some(id), Some(secret)) = (provider.client_id(), provider.client_secret()) else {
        return Err(Trouble::Strange(
            "a provider without client id and secret: may this token's user see them?".to_owned(),
        ));
    };
    let redirect_uri = job.wanted.redirect_uri();
    let application = format!("{}application/o/{}", job.op_url, job.wanted.slug);
    let scopes: Vec<&str> = job.wanted.scopes().collect();
    let scopes = scopes.join(" ");
    let mut settings = vec![
        ("OIDC_ENABLED", "true"),
        ("OIDC_PROVIDER", "authentik"),
        ("OIDC_CLIENT_ID", &id),
        ("OIDC_CLIENT_SECRET", &secret),
        ("OIDC_REDIRECT_URI", &redirect_uri),
        ("OIDC_SERVER_APPLICATION_URL", &application),
    ];
    // Authentik says nothing if it deactivates a user: only asking again tells. Whoever chose
    // another interval keeps it.
    let is_chosen = [RECHECK, RECHECK_FILE].map(|name| file.value(name).is_some());
    if !is_chosen.contains(&true) {
        settings.push((RECHECK, RECHECK_SECONDS));
    }
    // The usual ones are the default.
    if !job.wanted.more_scopes.is_empty() {
        settings.push(("OIDC_SCOPES", &scopes));
    }
    file.with(&settings).map_err(Trouble::EnvFile)
}

/// Says what happens to the env file.
fn env_line(proposal: &Proposal) -> String {
    let path = proposal.env_file.path().display();
    match proposal.env_state {
        State::Same => format!("keep    {path}"),
        State::Missing => format!("make    {path} (0600)"),
        State::Different => format!("write   {path} (0600; other lines stay)"),
    }
}

/// Adds what was done to what went wrong.
fn half_way(done: Vec<String>, cause: Trouble) -> Trouble {
    if done.is_empty() {
        return cause;
    }
    Trouble::HalfWay {
        done,
        cause: Box::new(cause),
    }
}

/// Says how the run ended, and what to do next.
fn report(job: &Job, end: End, done: &[String], out: &mut impl Write) -> io::Result<()> {
    // systemd and `.` take no name that stands alone.
    let file = absolute(&job.env_file).unwrap_or_else(|_| job.env_file.clone());
    let file = file.display();
    match end {
        End::Planned => writeln!(out, "\nThis was a dry run: nothing was changed."),
        End::Declined => writeln!(out, "\nNothing was changed."),
        End::NobodyToAsk => Ok(()),
        End::NothingToDo => writeln!(out, "\nNothing to do."),
        End::Done => {
            writeln!(out, "\nDone: {}.", done.join("; "))?;
            writeln!(
                out,
                "\nNext:
1. Start Postern with {file}: EnvironmentFile={file} (systemd), --env-file {file} (Docker), or
   set -a; . {file}; set +a (a shell).
2. `postern doctor`, with the same settings, tells whether everything fits.
3. Who may log in: at Authentik, the application's Policy / Group / User Bindings; none means all.
4. Roles by groups: OIDC_CLAIM_ROLES=groups with OIDC_ROLE_ADMIN; Authentik sends them already."
            )
        }
    }
}

/// Writes the result as JSON, without any secret.
fn report_json(
    job: &Job,
    proposal: &Proposal,
    end: End,
    client_id: Option<&str>,
    done: &[String],
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let result = match end {
        End::Done => "done",
        End::NothingToDo => "nothing_to_do",
        End::Planned => "planned",
        End::Declined => "declined",
        End::NobodyToAsk => "nobody_to_ask",
    };
    let env_state = match proposal.env_state {
        State::Same => "same",
        State::Missing => "missing",
        State::Different => "different",
    };
    let document = json!({
        "authentik": { "url": job.api.base(), "version": proposal.version.to_string() },
        "plan": show::json(&proposal.plan),
        "env_file": { "path": job.env_file, "before": env_state },
        "client_id": client_id,
        "done": done,
        "result": result,
    });
    writeln!(out, "{document:#}")?;
    Ok(())
}
