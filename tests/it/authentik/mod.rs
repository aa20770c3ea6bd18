//! `postern authentik`: sets Authentik up, against a stand-in for its API.

mod connect;
mod existing;
mod troubles;
mod readiness;
mod files;
mod program;
mod published;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use postern::authentik::api::Api;
use postern::authentik::connect::{End, Job, Patience, run};
use postern::authentik::wanted::{
    AUTHORIZATION_FLOW, Choice, INVALIDATION_FLOW, SIGNING_KEY, VerifiedEmails, Wanted,
};
use postern::base_path::BasePath;
use tempfile::TempDir;
use tests::authentik_api::{AuthentikApi, TOKEN};

/// Where providers are.
const PROVIDERS: &str = "providers/oauth2/";
/// Where scope mappings are.
const MAPPINGS: &str = "propertymappings/provider/scope/";
/// Where applications are.
const APPLICATIONS: &str = "core/applications/";

/// A version of each shape that the API has had.
const VERSIONS: [&str; 5] = ["2024.12.5", "2025.8.6", "2025.12.4", "2026.2.7", "2026.8.5"];

/// Returns what a newcomer wants.
fn wanted() -> Wanted {
    Wanted {
        public_url: "https://app.example.com".parse().expect("an origin"),
        base: BasePath::ROOT,
        slug: "postern".to_owned(),
        name: Choice::new(None, || "Postern".to_owned()),
        authorization_flow: Choice::new(None, || AUTHORIZATION_FLOW.to_owned()),
        invalidation_flow: Choice::new(None, || INVALIDATION_FLOW.to_owned()),
        authentication_flow: None,
        signing_key: Choice::new(None, || SIGNING_KEY.to_owned()),
        verified_emails: Choice::new(None, || VerifiedEmails::Marked),
        more_scopes: Vec::new(),
        client_id: None,
        session_max_age: Duration::from_hours(14 * 24),
    }
}

/// An Authentik, and a folder for the env file.
struct Setup {
    api: AuthentikApi,
    folder: TempDir,
}

/// A run's output and result.
struct Ran {
    end: Result<End>,
    out: String,
}

impl Ran {
    /// Returns why it failed.
    fn trouble(&self) -> String {
        match &self.end {
            Ok(end) => panic!("{end:?}: {}", self.out),
            Err(error) => error.to_string(),
        }
    }

    /// Returns how it ended.
    fn end(&self) -> End {
        *self.end.as_ref().unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Setup {
    /// Starts an Authentik of that version.
    async fn of(version: &str) -> Self {
        Self {
            api: AuthentikApi::start(version).await,
            folder: TempDir::new().expect("a folder"),
        }
    }

    /// Starts a usual one.
    async fn start() -> Self {
        Self::of("2025.12.4").await
    }

    fn env_file(&self) -> PathBuf {
        self.folder.path().join("postern.env")
    }

    fn env_text(&self) -> String {
        std::fs::read_to_string(self.env_file()).expect("the env file")
    }

    fn job(&self) -> Job {
        let url: url::Url = self.api.origin().parse().expect("a URL");
        Job {
            api: Api::new(url, TOKEN.into(), None).expect("a client"),
            wanted: wanted(),
            op_url: "https://auth.example.com/".parse().expect("a URL"),
            env_file: self.env_file(),
            patience: Patience {
                total: Duration::ZERO,
                pause: Duration::from_millis(10),
            },
            is_dry_run: false,
            is_json: false,
        }
    }

    /// Runs a job and answers yes.
    async fn run(&self, job: &Job) -> Ran {
        self.answer(job, Some(true)).await
    }

    /// Runs a job with that answer.
    async fn answer(&self, job: &Job, answer: Option<bool>) -> Ran {
        let (mut out, mut talk) = (Vec::new(), Vec::new());
        let end = run(job, &mut out, &mut talk, |_| Ok(answer)).await;
        out.extend(if job.is_json { Vec::new() } else { talk });
        let out = String::from_utf8(out).expect("text");
        Ran { end, out }
    }

    /// Runs the usual job, changed a little.
    async fn run_with(&self, change: impl FnOnce(&mut Job)) -> Ran {
        let mut job = self.job();
        change(&mut job);
        self.run(&job).await
    }
}
