//! The stage of the story: server, OP and browser together, and what a person does on our pages.

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::json;
use shared::routes;

use crate::browser::Browser;
use crate::database::{Database, DatabaseKind};
use crate::http_browser::HttpBrowser;
use crate::op::{Op, OpKind, Person};
use crate::registration::Registration;
use crate::server::Server;

/// The first admin's username.
pub const ADMIN: &str = "admin";
/// The first admin's password here. It is another than any at an OP, and the log must not have it.
pub const PASSWORD: &str = "kept-out-of-every-log";

/// The app has replaced the static page.
const APP: &str = "body[data-app=ready]:not(:has(#static))";
/// The link to the OP on the login page.
const PROVIDER: &str = "#app a[href^='/api/login/openid']";

/// A server, an OP that knows it, and a browser.
pub struct Stage {
    /// The server.
    pub server: Server,
    /// The OP.
    pub op: Op,
    /// The browser.
    pub browser: Browser,
    /// Where the browser sees the server: its own origin, or that of a proxy before it.
    pub origin: String,
}

/// Tells a story on a new [`Stage`], and checks at its end what holds for every story: see
/// [`Stage::finish`].
///
/// # Errors
/// The failure, with the server's log.
pub async fn on_stage(
    op: OpKind,
    database: DatabaseKind,
    story: impl AsyncFnOnce(&mut Stage) -> Result<()>,
) -> Result<()> {
    on_stage_with(op, database, &[], story).await
}

/// The same with further settings of the server.
///
/// # Errors
/// As [`on_stage`].
pub async fn on_stage_with(
    op: OpKind,
    database: DatabaseKind,
    settings: &[(&str, &str)],
    story: impl AsyncFnOnce(&mut Stage) -> Result<()>,
) -> Result<()> {
    let mut stage = Stage::start(op, database, settings).await?;
    let outcome = story(&mut stage).await;
    stage.finish(outcome).await
}

impl Stage {
    /// Starts all three, with an empty database.
    ///
    /// # Errors
    /// One of them did not start.
    async fn start(op: OpKind, database: DatabaseKind, settings: &[(&str, &str)]) -> Result<Self> {
        let mut server = Server::prepare(Database::create(database).await?)?;
        let op = Op::start(op, Registration::new(server.redirect_uri())?).await?;
        server.use_op(&op);
        for (name, value) in settings {
            server.set(name, *value);
        }
        server.start().await?;
        let browser = Browser::start().await?;
        let origin = server.origin().to_owned();
        Ok(Self {
            server,
            op,
            browser,
            origin,
        })
    }

    /// Ends a test: where it failed, adds the server's log; where it did not, checks that the
    /// console has nothing to complain of and that the log has no secret in it.
    ///
    /// # Errors
    /// The failure.
    pub async fn finish(self, outcome: Result<()>) -> Result<()> {
        let log = self.server.log();
        // The failure first: where a report is cut short, its beginning stays.
        outcome.map_err(|error| anyhow!("{error:#}\nthe server's log:\n{log}"))?;
        let complaints = self.browser.complaints(&self.origin).await?;
        ensure!(
            complaints.is_empty(),
            "the console complains: {complaints:#?}"
        );
        let op = self.op.admin().password;
        for secret in [PASSWORD, op, &self.op.registration().secret] {
            ensure!(
                !log.contains(secret),
                "the log has {secret:?} in it:\n{log}"
            );
        }
        Ok(())
    }

    /// Opens a page and waits until the app shows it.
    ///
    /// # Errors
    /// It does not come.
    pub async fn visit(&self, path: &str) -> Result<()> {
        self.browser.open(&format!("{}{path}", self.origin)).await?;
        self.browser.wait_for(APP).await
    }

    /// Waits until the app shows the page at `path`, with any query.
    ///
    /// # Errors
    /// It does not come.
    pub async fn wait_for_page(&self, path: &str) -> Result<()> {
        let url = format!("{}{path}", self.origin);
        let is_right = |seen: &str| seen.split('?').next() == Some(&url);
        self.browser
            .wait_for_url(&format!("the page {path}"), is_right)
            .await?;
        self.browser.wait_for(APP).await
    }

    /// Waits for the home page, which says that this user is logged in.
    ///
    /// # Errors
    /// It does not come, or names somebody else.
    pub async fn wait_for_home_of(&self, username: &str) -> Result<()> {
        self.wait_for_page(routes::HOME).await?;
        let shown = self
            .browser
            .attribute("[data-username]", "data-username")
            .await?;
        ensure!(
            shown == username,
            "{shown:?} is logged in, not {username:?}"
        );
        Ok(())
    }

    /// Returns the id of the account that is logged in, as the API says it.
    ///
    /// # Errors
    /// Nobody is logged in.
    pub async fn account_id(&self) -> Result<String> {
        let script = "return fetch('/api/session').then(answer => answer.json())";
        let session = self.browser.script(script).await?;
        let id = session["user"]["id"].as_str();
        Ok(id
            .with_context(|| format!("no account: {session}"))?
            .to_owned())
    }

    /// Creates the first admin on the setup page, who is then logged in.
    ///
    /// # Errors
    /// The page does not go on.
    pub async fn set_up_admin(&self) -> Result<()> {
        self.visit(routes::SETUP).await?;
        self.fill_setup_form().await?;
        self.wait_for_home_of(ADMIN).await
    }

    /// Sets up an admin, whom this browser knows nothing of; `path` is that of the call.
    ///
    /// # Errors
    /// There is one already.
    pub async fn set_up_admin_elsewhere(&self, path: &str) -> Result<()> {
        let token = self.server.setup_token()?;
        let body = json!({"token": token, "username": ADMIN, "password": PASSWORD});
        let answer = self.other_browser().post_json(path, &body).await;
        ensure!(
            answer.status.is_success(),
            "{} {}",
            answer.status,
            answer.body
        );
        Ok(())
    }

    /// Fills and sends the form of the setup page that is shown.
    ///
    /// # Errors
    /// There is none.
    pub async fn fill_setup_form(&self) -> Result<()> {
        let form = "#setup-form";
        self.browser
            .fill(form, "token", &self.server.setup_token()?)
            .await?;
        self.browser.fill(form, "username", ADMIN).await?;
        self.browser.fill(form, "password", PASSWORD).await?;
        self.browser.click_on("#setup-form [type=submit]").await
    }

    /// Logs in on the login page by the admin's password.
    ///
    /// # Errors
    /// The page does not go on.
    pub async fn log_in_by_password(&self) -> Result<()> {
        self.visit(routes::LOGIN).await?;
        self.give_password().await?;
        self.wait_for_home_of(ADMIN).await
    }

    /// Fills and sends the form of the login page that is shown.
    ///
    /// # Errors
    /// There is none.
    pub async fn give_password(&self) -> Result<()> {
        self.browser.fill("#login-form", "username", ADMIN).await?;
        self.browser
            .fill("#login-form", "password", PASSWORD)
            .await?;
        self.browser.click_on("#login-form [type=submit]").await
    }

    /// Logs out by the button of the page that is shown.
    ///
    /// # Errors
    /// The page does not go on.
    pub async fn log_out(&self) -> Result<()> {
        self.browser.click_on("#log-out").await?;
        self.wait_for_page(routes::LOGIN).await?;
        self.browser.wait_for("#login-form").await
    }

    /// Follows "Log in with Authentik" on the login page, wherever that leads.
    ///
    /// # Errors
    /// There is no such link.
    pub async fn choose_provider(&self) -> Result<()> {
        self.visit(routes::LOGIN).await?;
        self.browser
            .wait_for_text(PROVIDER, "Log in with Authentik")
            .await?;
        self.browser.click_on(PROVIDER).await
    }

    /// Logs in through the OP, up to the page to which it sends the browser back.
    ///
    /// # Errors
    /// A page on the way is not as expected.
    pub async fn log_in_at_op(&self, person: &Person) -> Result<()> {
        self.choose_provider().await?;
        self.op.log_in(&self.browser, person).await
    }

    /// Waits for the link page, gives the admin's username and this password there, and agrees.
    ///
    /// # Errors
    /// The page does not come or names somebody else.
    pub async fn agree_to_link(&self, person: &Person, password: &str) -> Result<()> {
        self.wait_for_page(routes::LINK).await?;
        self.browser.wait_for("#link-form").await?;
        let page = self.browser.page_text().await?;
        ensure!(page.contains(person.email), "it names others: {page}");
        self.browser.fill("#link-form", "username", ADMIN).await?;
        self.browser
            .fill("#link-form", "password", password)
            .await?;
        self.browser.click_on("#link-form [type=submit]").await
    }

    /// Returns another browser, without pages.
    #[must_use]
    pub fn other_browser(&self) -> HttpBrowser {
        HttpBrowser::new(&self.origin, &self.origin, &self.op.issuer())
    }

    /// Saves an email address on the profile page.
    ///
    /// # Errors
    /// The page does not confirm it.
    pub async fn save_email(&self, email: &str) -> Result<()> {
        self.visit(routes::PROFILE).await?;
        self.edit("email").await?;
        self.browser.fill("#email-form", "email", email).await?;
        self.browser.click_on("#email-form [type=submit]").await?;
        self.wait_until_saved("email").await
    }

    /// Opens the form of that row of the profile page that is shown: name, email or password.
    ///
    /// # Errors
    /// There is no such row.
    pub async fn edit(&self, row: &str) -> Result<()> {
        self.browser.click_on(&format!("[data-edit={row}]")).await?;
        self.browser.wait_for(&format!("#{row}-form")).await
    }

    /// Waits until that row says that its form was saved.
    ///
    /// # Errors
    /// It does not.
    pub async fn wait_until_saved(&self, row: &str) -> Result<()> {
        let status = format!("#{row}-row > [role=status]");
        self.browser.wait_for_text(&status, "Saved").await
    }

    /// Waits for the error page with this code, and returns its reference.
    ///
    /// # Errors
    /// Another page comes.
    pub async fn wait_for_login_error(&self, code: &str) -> Result<String> {
        self.wait_for_page(routes::LOGIN).await?;
        self.browser
            .wait_for(&format!("#app [data-code={code}]"))
            .await?;
        let reference = "#app [data-code] [data-ref]";
        self.browser.attribute(reference, "data-ref").await
    }
}
