//! A running browser and its location.

use std::env::var_os;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::LoggingPrefsLogLevel;
use thirtyfour::prelude::*;

use crate::places::{free_port, require};
use crate::poll::{self, PATIENCE};
use crate::process::Process;
use crate::web;

const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Reverse proxies of the tests have certificates that nobody vouches for.
    "--ignore-certificate-errors",
    "--window-size=1280,800",
];

/// A browser with one window.
pub struct Browser {
    pub(super) driver: WebDriver,
    _chromedriver: Process,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser with an empty profile.
    ///
    /// # Errors
    /// Chromium or its driver is not installed or did not start.
    pub async fn start() -> Result<Self> {
        Self::start_with(json!({})).await
    }

    /// Starts a browser that keeps no cookies.
    ///
    /// # Errors
    /// Chromium or its driver is not installed or did not start.
    pub async fn start_without_cookies() -> Result<Self> {
        // 2 is Chromium's word for "block".
        Self::start_with(json!({"profile.default_content_setting_values.cookies": 2})).await
    }

    async fn start_with(preferences: Value) -> Result<Self> {
        let install = "apt-get install chromium chromium-driver";
        let chromium = path("CHROMIUM_BIN", "/usr/bin/chromium", install)?;
        let chromedriver = path("CHROMEDRIVER_BIN", "/usr/bin/chromedriver", install)?;
        let profile = TempDir::new()?;
        let url = format!("http://127.0.0.1:{}", free_port()?);
        let mut command = Command::new(chromedriver);
        command.arg(format!(
            "--port={}",
            url.rsplit(':').next().unwrap_or_default()
        ));
        // Where Chromium leaves its other temporary folders, so that they go with the profile.
        command.env("TMPDIR", profile.path());
        let mut process = Process::start("chromedriver", command)?;
        let status = format!("{url}/status");
        process
            .until_ready(async || web::answers(&status).await)
            .await?;

        let mut wishes = DesiredCapabilities::chrome();
        wishes.set_binary(&chromium.to_string_lossy())?;
        for flag in FLAGS {
            wishes.add_arg(flag)?;
        }
        wishes.add_arg(&format!(
            "--user-data-dir={}",
            profile.path().join("profile").display()
        ))?;
        wishes.add_experimental_option("prefs", preferences)?;
        wishes.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let client = web::client(Duration::from_mins(2))?;
        let driver = WebDriver::builder(url, wishes).client(client).await;
        let driver = driver.with_context(|| format!("starting Chromium: {}", process.log()))?;
        Ok(Self {
            driver,
            _chromedriver: process,
            _profile: profile,
        })
    }

    /// Navigates, and returns when the page has loaded.
    ///
    /// # Errors
    /// The page could not be loaded.
    pub async fn open(&self, url: &str) -> Result<()> {
        self.driver
            .goto(url)
            .await
            .with_context(|| format!("opening {url}"))
    }

    /// Returns the address of the page.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn url(&self) -> Result<String> {
        Ok(self.driver.current_url().await?.into())
    }

    /// Waits until the address is as `is_right` says.
    ///
    /// # Errors
    /// It does not become so.
    pub async fn wait_for_url(&self, what: &str, is_right: impl Fn(&str) -> bool) -> Result<()> {
        self.watch(
            what,
            async || Ok(is_right(&self.url().await?).then_some(())),
        )
        .await
    }

    /// Presses Back.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn back(&self) -> Result<()> {
        Ok(self.driver.back().await?)
    }

    /// Presses Reload.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.driver.refresh().await?)
    }

    /// Opens a new tab and goes there.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn new_tab(&self) -> Result<()> {
        let tab = self.driver.new_tab().await?;
        Ok(self.driver.switch_to_window(tab).await?)
    }

    /// Goes to the tab that was opened as the `index`th, from 0.
    ///
    /// # Errors
    /// There is none.
    pub async fn go_to_tab(&self, index: usize) -> Result<()> {
        let tabs = self.driver.windows().await?;
        let Some(tab) = tabs.get(index) else {
            bail!("there are {} tabs", tabs.len())
        };
        Ok(self.driver.switch_to_window(tab.clone()).await?)
    }

    /// Polls; a failure says where the browser is and what it shows.
    pub(super) async fn watch<T>(
        &self,
        what: &str,
        look: impl AsyncFnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        let error = match poll::until(what, PATIENCE, look).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let url = self.url().await.unwrap_or_default();
        let text = self.page_text().await.unwrap_or_default();
        let log = self.driver.browser_log().await.unwrap_or_default();
        let log: Vec<String> = log.into_iter().map(|entry| entry.message).collect();
        // A test's thread has the test's name.
        let thread = std::thread::current();
        let name = thread.name().unwrap_or_default().replace("::", "-");
        self.picture(&format!("failure-{name}")).await?;
        Err(error.context(format!("at {url}\nthe page: {text}\nthe console: {log:#?}")))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver's own end would ask a server that is killed right after this. An error means
        // that it has ended already.
        let _ = self.driver.clone().leak();
    }
}

/// Returns the program at `$variable`, else at `default`.
fn path(variable: &str, default: &str, install: &str) -> Result<PathBuf> {
    require(
        var_os(variable).map_or_else(|| PathBuf::from(default), PathBuf::from),
        install,
    )
}
