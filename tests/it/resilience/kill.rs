//! A server that is killed while people change things: what it said is done is done.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use postern::config;
use reqwest::Method;
use serde_json::{Value, json};
use shared::routes::{API_LOGIN, API_PROFILE, API_PROFILE_PASSWORD, API_SESSION};
use tests::answer::Answer;
use tests::database::{Database, DatabaseKind};
use tests::http_browser::HttpBrowser;
use tests::server::Server;
use tests::site::PASSWORD;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::resilience::{add, browser, sqlite};

/// How often the server is killed.
const ROUNDS: usize = 6;
/// How many change things at once.
const PEOPLE: usize = 4;

/// A value as the server last acknowledged it, and what was asked for since.
#[derive(Debug, Clone)]
struct Told {
    done: Value,
    asked: Option<Value>,
}

impl Told {
    fn new(value: impl Into<Value>) -> Self {
        Self {
            done: value.into(),
            asked: None,
        }
    }

    fn ask(&mut self, value: Value) {
        self.asked = Some(value);
    }

    /// The server has answered: done, or refused.
    fn hear(&mut self, is_done: bool) {
        let asked = self.asked.take();
        if is_done {
            self.done = asked.expect("an answer follows a question");
        }
    }

    /// A request without an answer may have been carried out or not.
    fn fits(&self, found: &Value) -> bool {
        *found == self.done || Some(found) == self.asked.as_ref()
    }

    fn settle(&mut self, found: Value) {
        *self = Self::new(found);
    }
}

/// A user who changes one thing after the other.
struct Person {
    name: String,
    browser: HttpBrowser,
    count: usize,
    display_name: Told,
    email: Told,
    password: Told,
    /// Returns true if a login or a new password is in progress, which gives the browser another
    /// token.
    is_token_open: bool,
    /// Tokens of sessions that the server has ended.
    ended: Vec<String>,
}

impl Person {
    fn new(server: &Server, n: usize) -> Self {
        let name = format!("person{n}");
        Self {
            browser: browser(server),
            count: 0,
            display_name: Told::new(Value::Null),
            email: Told::new(format!("{name}@example.com")),
            password: Told::new(PASSWORD),
            is_token_open: false,
            ended: Vec::new(),
            name,
        }
    }

    /// Makes changes until the server no longer answers.
    async fn change_things(mut self) -> Self {
        loop {
            self.count += 1;
            let n = self.count;
            self.is_token_open = matches!(n % 8, 0 | 4);
            let is_answered = match n % 8 {
                0 => self.change_password().await,
                4 => self.log_in_anew().await,
                _ if n.is_multiple_of(2) => {
                    let email = json!(format!("{}-{n}@example.com", self.name));
                    self.email.ask(email.clone());
                    let answer = self.update(&json!({ "email": email })).await;
                    hear(&mut self.email, answer)
                }
                _ => {
                    let name = json!(format!("Change {n}"));
                    self.display_name.ask(name.clone());
                    let answer = self.update(&json!({ "display_name": name })).await;
                    hear(&mut self.display_name, answer)
                }
            };
            if !is_answered {
                return self;
            }
        }
    }

    /// Returns `None` if the server ends before it has answered.
    async fn try_send(&self, method: Method, path: &str, body: &Value) -> Option<Answer> {
        let request = self.browser.json(method, path, body);
        self.browser.try_send(request).await.ok()
    }

    async fn update(&self, change: &Value) -> Option<Answer> {
        self.try_send(Method::PATCH, API_PROFILE, change).await
    }

    async fn change_password(&mut self) -> bool {
        let new = json!(format!("the password number {}", self.count));
        let body = json!({"current": self.password.done, "new": new});
        self.password.ask(new);
        let answer = self
            .try_send(Method::POST, API_PROFILE_PASSWORD, &body)
            .await;
        hear(&mut self.password, answer)
    }

    /// A login ends the session that the browser had.
    async fn log_in_anew(&mut self) -> bool {
        let old = self.browser.cookie("postern_session");
        let password = self.password.done.as_str().expect("a password");
        let body = json!({"username": self.name, "password": password});
        let answer = self.try_send(Method::POST, API_LOGIN, &body).await;
        let Some(answer) = answer else { return false };
        if answer.status == 200 {
            self.ended.extend(old);
        }
        true
    }

    /// Compares what there is with what was said, after a new start.
    async fn compare(&mut self, server: &Server) -> Result<()> {
        for token in self.ended.drain(..) {
            let stale = browser(server);
            stale.set_cookie("postern_session", &token);
            let answer = stale.get(API_SESSION).await;
            ensure!(
                answer.status == 401,
                "a session lives again: {}",
                answer.body
            );
        }
        let session = self.browser.get(API_SESSION).await;
        ensure!(
            session.status == 200 || self.is_token_open,
            "a session is gone: {}",
            session.body
        );
        self.find_password().await?;
        let profile = self.browser.get(API_PROFILE).await;
        ensure!(profile.status == 200, "{}", profile.body);
        let user = profile.json()["user"].clone();
        for (told, found) in [
            (&mut self.display_name, user["display_name"].clone()),
            (&mut self.email, user["email"].clone()),
        ] {
            ensure!(told.fits(&found), "{told:?} was said, and {found} is there");
            told.settle(found);
        }
        Ok(())
    }

    async fn find_password(&mut self) -> Result<()> {
        let told = self.password.clone();
        for password in [Some(told.done.clone()), told.asked.clone()]
            .into_iter()
            .flatten()
        {
            let text = password.as_str().context("a password")?;
            if self.browser.log_in(&self.name, text).await.status == 200 {
                self.password.settle(password);
                return Ok(());
            }
        }
        anyhow::bail!("{told:?} was said, and no password fits")
    }
}

/// Records an answer; returns true if there was one.
fn hear(told: &mut Told, answer: Option<Answer>) -> bool {
    let Some(answer) = answer else { return false };
    told.hear(answer.status.is_success());
    true
}

/// Returns a number that nobody knows beforehand.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

async fn nothing_acknowledged_is_lost(kind: DatabaseKind) -> Result<()> {
    let database = Database::create(kind).await?;
    let url = database.url().map(str::to_owned);
    let mut server = Server::prepare(database)?;
    let place = url.map_or_else(
        || sqlite(&server),
        |url| config::Database::Postgres(url.into()),
    );
    let mut people: Vec<Person> = (0..PEOPLE).map(|n| Person::new(&server, n)).collect();
    for person in &people {
        add(&place, &person.name).await?;
    }
    let mut changes = 0;
    server.start().await?;
    for person in &mut people {
        person.find_password().await?;
    }
    for round in 0..ROUNDS {
        let before: usize = people.iter().map(|person| person.count).sum();
        let mut busy = JoinSet::new();
        for person in people.drain(..) {
            busy.spawn(person.change_things());
        }
        let moment = Duration::from_millis(100 + random() % 700);
        sleep(moment).await;
        server.kill()?;
        people = busy.join_all().await;
        changes += people.iter().map(|person| person.count).sum::<usize>() - before;

        server.start().await?;

        for person in &mut people {
            let compared = person.compare(&server).await;
            compared.with_context(|| format!("round {round}, killed after {moment:?}"))?;
        }
    }
    ensure!(changes > ROUNDS * PEOPLE * 3, "only {changes} changes");
    eprintln!("{changes} changes, killed {ROUNDS} times");
    server.stop().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn killed_server_has_lost_nothing_that_it_acknowledged() -> Result<()> {
    nothing_acknowledged_is_lost(DatabaseKind::Sqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL; cargo xtask test runs it"]
async fn killed_server_has_lost_nothing_that_it_acknowledged_on_postgresql() -> Result<()> {
    nothing_acknowledged_is_lost(DatabaseKind::Postgres).await
}
