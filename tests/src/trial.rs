//! A login at an OP that lies, and what must come of it.

use demo_op::{Lie, Settings};
use shared::failure::is_reference;

use crate::answer::Answer;
use crate::http_browser::{HttpBrowser, OpLogin};
use crate::log::Log;
use crate::site::Site;

/// How the OP's answer travels to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// As a query (`response_mode=query`, the default of the code flow).
    Query,
    /// As a form that the OP's page posts (`response_mode=form_post`).
    Form,
}

/// A site of its own, on which Bob has tried to log in.
pub struct Trial {
    /// The site, still lied to.
    pub site: Site,
    /// Bob's browser.
    pub browser: HttpBrowser,
    /// The steps.
    pub login: OpLogin,
    /// For messages.
    lies: Vec<Lie>,
}

impl Trial {
    /// Logs in under these lies.
    pub async fn under(lies: &[Lie]) -> Self {
        Self::via(Via::Query, lies).await
    }

    /// The same, the OP's answer travelling this way.
    pub async fn via(via: Via, lies: &[Lie]) -> Self {
        Self::at(Site::start().await, via, lies).await
    }

    /// The same with other settings of the server and of the OP.
    pub async fn with(settings: &[(&str, &str)], op: Settings, lies: &[Lie]) -> Self {
        Self::at(Site::with_op(settings, op).await, Via::Query, lies).await
    }

    /// The same at a site that nobody has logged in at.
    pub async fn at(site: Site, via: Via, lies: &[Lie]) -> Self {
        Log::begin_as_by_default();
        for lie in lies {
            site.op.lies(lie.clone());
        }
        site.forget_metadata();
        let browser = site.browser();
        let login = match via {
            Via::Query => browser.log_in_as("bob").await,
            Via::Form => browser.log_in_by_form_as("bob").await,
        };
        Self {
            site,
            browser,
            login,
            lies: lies.to_vec(),
        }
    }

    /// Fails unless Bob is logged in.
    ///
    /// # Panics
    /// He is not.
    pub async fn assert_accepted(self) -> Self {
        let callback = &self.login.callback;
        assert_eq!(
            callback.location(),
            "/",
            "{:?}: {}\n{}",
            self.lies,
            callback.summary(),
            Log::text()
        );
        assert_eq!(
            self.browser.who().await.as_deref(),
            Some("bob"),
            "{:?}",
            self.lies
        );
        self
    }

    /// Fails unless the login ended on the error page with this code, and nothing came of it: no
    /// session, no account.
    ///
    /// # Panics
    /// It did not, or something came of it.
    pub async fn assert_refused(self, code: &str) -> Self {
        assert_refused(&self.browser, &self.login.callback, code).await;
        let account = self.site.app.store.account_by_username("bob").await;
        let account = account.expect("the store answers");
        assert!(account.is_none(), "{:?} made an account", self.lies);
        self
    }
}

/// Fails unless a login ended on the error page with this code, by an answer that begins no
/// session, and with a reference under which the log says why.
///
/// # Panics
/// It was not. Also if nobody had called [`Log::begin`] before.
pub async fn assert_refused(browser: &HttpBrowser, answer: &Answer, code: &str) {
    let summary = answer.summary();
    assert_eq!(answer.status, 303, "{summary}");
    assert!(answer.location().starts_with("/login?error="), "{summary}");
    assert_eq!(answer.code(), code, "{summary}\n{}", Log::text());
    let begins = |line: &&str| line.contains("_session=") && !line.contains("Max-Age=0");
    assert_eq!(answer.set_cookies().iter().find(|line| begins(line)), None);
    assert_eq!(browser.who().await, None, "{summary}");

    let reference = answer.param("ref").unwrap_or_default();
    assert!(is_reference(&reference), "{summary}");
    let line = Log::failed_login(&reference)
        .unwrap_or_else(|| panic!("the log has no line of {reference}:\n{}", Log::text()));
    assert!(line.contains(&format!("code=\"{code}\"")), "{line}");
}
