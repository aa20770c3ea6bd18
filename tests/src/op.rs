//! The OPs of the story, and how a person logs in, consents and cancels at each.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::demo_op::DemoOp;
use crate::poll::{self, PATIENCE};
use crate::real_op::{RealOp, RealOpKind};
use crate::registration::Registration;

/// Which OP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpKind {
    /// Ours, shaped like Authentik.
    Demo,
    /// `oidc-provider` from npm.
    OidcProvider,
    /// The same, which takes pushed authorization requests alone (RFC 9126).
    OidcProviderWithPar,
    /// `canaille` from the Python package index.
    Canaille,
}

/// A user as the OP knows them.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    /// The username at the OP; also `preferred_username`.
    pub name: &'static str,
    /// The password at the OP.
    pub password: &'static str,
    /// The claim `email`.
    pub email: &'static str,
    /// True if the OP says that the email is verified; `false` if it denies it, or says nothing.
    pub is_verified: bool,
}

/// A running OP.
pub struct Op {
    registration: Registration,
    program: Program,
}

enum Program {
    Demo(DemoOp),
    Real(RealOpKind, RealOp),
}

impl Op {
    /// Starts an OP of that kind with one client.
    ///
    /// # Errors
    /// It is not built or installed, or did not start.
    pub async fn start(kind: OpKind, registration: Registration) -> Result<Self> {
        let (real, options): (_, &[&str]) = match kind {
            OpKind::Demo => {
                let program = Program::Demo(DemoOp::start(registration.clone()).await?);
                return Ok(Self {
                    registration,
                    program,
                });
            }
            OpKind::OidcProvider => (RealOpKind::OidcProvider, &[]),
            OpKind::OidcProviderWithPar => (RealOpKind::OidcProvider, &["--require-par"]),
            OpKind::Canaille => (RealOpKind::Canaille, &[]),
        };
        let program = Program::Real(real, RealOp::start(real, &registration, options).await?);
        Ok(Self {
            registration,
            program,
        })
    }

    /// Returns the RP as it is registered here.
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// Returns the issuer identifier.
    pub fn issuer(&self) -> String {
        match &self.program {
            Program::Demo(op) => op.issuer(),
            Program::Real(_, op) => op.issuer(),
        }
    }

    /// Returns the person whose account here is the admin's, whose email is verified or not as it
    /// is usual at this OP: Authentik says `false`, canaille says nothing.
    pub fn admin(&self) -> Person {
        match self.program {
            Program::Demo(_) => Person {
                name: "alice",
                password: "alice-demo",
                email: "alice@example.com",
                is_verified: false,
            },
            Program::Real(kind, _) => Person {
                name: "alice",
                password: "op-password",
                email: "alice@op.example",
                is_verified: kind == RealOpKind::OidcProvider,
            },
        }
    }

    /// Returns another person, whom the server has never seen.
    pub fn newcomer(&self) -> Person {
        match self.program {
            Program::Demo(_) => Person {
                name: "bob",
                password: "bob-demo",
                email: "bob@example.com",
                is_verified: true,
            },
            Program::Real(..) => Person {
                name: "bob",
                password: "op-password",
                email: "bob@op.example",
                is_verified: false,
            },
        }
    }

    /// Changes a person's email at the OP.
    ///
    /// # Errors
    /// The OP refused.
    pub async fn change_email(&self, person: &Person, email: &str) -> Result<()> {
        let patch = json!({ "email": email });
        match &self.program {
            Program::Demo(op) => op.change_user(person.name, &patch).await,
            Program::Real(_, op) => op.change_user(person.name, &patch).await,
        }
    }

    /// Takes the person's account at the OP away, of which the OP tells nobody.
    ///
    /// # Errors
    /// The OP refused, or is none that can do so.
    pub async fn remove_account(&self, person: &Person) -> Result<()> {
        match &self.program {
            Program::Demo(_) => bail!("the demo OP sets users inactive in the process alone"),
            Program::Real(_, op) => op.change_user(person.name, &Value::Null).await,
        }
    }

    /// Ends the person's session at the OP, which tells the RP: by an admin's hand at the demo OP,
    /// by the person's own on a page of the others.
    ///
    /// # Errors
    /// The OP refused, or its page is not as expected.
    pub async fn end_session(&self, browser: &Browser, person: &Person) -> Result<()> {
        if let Program::Demo(op) = &self.program {
            return op.end_sessions(person.name).await;
        }
        browser
            .open(&format!("{}session/end", self.issuer()))
            .await?;
        browser.click_on("button[name=logout]").await?;
        browser
            .wait_for_url("the OP's word", |url| url.ends_with("/session/end/success"))
            .await
    }

    /// Ends the OP's program: nothing listens any more.
    pub fn pause(&mut self) {
        match &mut self.program {
            Program::Demo(op) => op.pause(),
            Program::Real(_, op) => op.pause(),
        }
    }

    /// Starts it again at the same address.
    ///
    /// # Errors
    /// It did not start.
    pub async fn resume(&mut self) -> Result<()> {
        match &mut self.program {
            Program::Demo(op) => op.resume().await,
            Program::Real(_, op) => op.resume().await,
        }
    }

    /// Waits for the OP's login page.
    ///
    /// # Errors
    /// The browser does not get there.
    pub async fn wait_for_login_page(&self, browser: &Browser) -> Result<()> {
        browser
            .wait_for_url("the OP's login page", |url| self.is_here(url))
            .await?;
        browser.wait_for(self.pages().name).await
    }

    /// Answers the OP's pages until the browser is sent back to the RP.
    ///
    /// Pages that the OP leaves out, since the browser has been here before, are not waited for.
    ///
    /// # Errors
    /// A page is not as expected, or the browser is not sent back.
    pub async fn log_in(&self, browser: &Browser, person: &Person) -> Result<()> {
        let pages = self.pages();
        let mut done = Vec::new();
        poll::until("the way back from the OP", PATIENCE, async || {
            if browser.url().await?.starts_with(&self.rp_origin()) {
                return Ok(Some(()));
            }
            let Some(step) = pages.step_at(browser, &done).await? else {
                return Ok(None);
            };
            match step {
                Step::Name => {
                    browser.type_into(pages.name, person.name).await?;
                    browser.click_on(pages.submit).await?;
                }
                Step::Password => {
                    browser.type_into(pages.password, person.password).await?;
                    browser.click_on(pages.submit).await?;
                }
                Step::Both => {
                    browser.type_into(pages.name, person.name).await?;
                    browser.type_into(pages.password, person.password).await?;
                    browser.click_on(pages.submit).await?;
                }
                Step::Allow => browser.click_on(pages.allow).await?,
            }
            done.push(step);
            Ok(None)
        })
        .await
    }

    /// Cancels at the OP, as early as its pages let a person do so.
    ///
    /// # Errors
    /// A page is not as expected, or the browser is not sent back.
    pub async fn cancel(&self, browser: &Browser, person: &Person) -> Result<()> {
        let pages = self.pages();
        if matches!(self.program, Program::Real(RealOpKind::Canaille, _)) {
            // Only its consent page has a button for that.
            browser.type_into(pages.name, person.name).await?;
            browser.click_on(pages.submit).await?;
            browser.type_into(pages.password, person.password).await?;
            browser.click_on(pages.submit).await?;
        }
        browser.click_on(pages.cancel).await?;
        let origin = self.rp_origin();
        browser
            .wait_for_url("the way back from the OP", |url| url.starts_with(&origin))
            .await
    }

    /// Returns the origin of the redirect URI.
    fn rp_origin(&self) -> String {
        self.registration.rp_url("")
    }

    fn is_here(&self, url: &str) -> bool {
        url.starts_with(&self.registration.origin())
    }

    fn pages(&self) -> Pages {
        match self.program {
            Program::Demo(_) => Pages::DEMO,
            Program::Real(RealOpKind::OidcProvider, _) => Pages::OIDC_PROVIDER,
            Program::Real(RealOpKind::Canaille, _) => Pages::CANAILLE,
        }
    }
}

/// CSS selectors of an OP's pages.
struct Pages {
    name: &'static str,
    password: &'static str,
    submit: &'static str,
    allow: &'static str,
    cancel: &'static str,
}

/// A question of an OP's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Name,
    Password,
    Both,
    Allow,
}

impl Pages {
    const DEMO: Self = Self {
        name: "input[name=username]",
        password: "input[name=password]",
        submit: "button[name=action][value=login]",
        // Authentik's default consent is implicit: there is no such page.
        allow: "#never",
        cancel: "button[name=action][value=cancel]",
    };
    const OIDC_PROVIDER: Self = Self {
        name: "input[name=login]",
        password: "input[name=password]",
        submit: "#op-log-in",
        allow: "#op-allow",
        cancel: "#op-cancel",
    };
    const CANAILLE: Self = Self {
        name: "input[name=login]",
        password: "input[name=password]",
        submit: "form button.primary[type=submit]",
        allow: "#accept",
        cancel: "#deny",
    };

    /// Returns what the page that is shown asks for; `None` while a page is on its way.
    ///
    /// # Errors
    /// It asks for something a second time.
    async fn step_at(&self, browser: &Browser, done: &[Step]) -> Result<Option<Step>> {
        let asks_name = browser.has(self.name).await?;
        let asks_password = browser.has(self.password).await?;
        let step = match (asks_name, asks_password) {
            (true, true) => Step::Both,
            (true, false) => Step::Name,
            (false, true) => Step::Password,
            (false, false) if browser.has(self.allow).await? => Step::Allow,
            (false, false) => return Ok(None),
        };
        if done.contains(&step) {
            bail!(
                "the OP asks for {step:?} again: {}",
                browser.page_text().await?
            );
        }
        Ok(Some(step))
    }
}
