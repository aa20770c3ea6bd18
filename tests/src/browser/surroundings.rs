//! The page's environment: the size of the window, colors, scripts, cookies, the console.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use thirtyfour::BrowserLogEntry;

use crate::browser::chromium::Browser;
use crate::places::screenshots;

/// True if pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    /// As ever.
    On,
    /// As in a browser that blocks them.
    Off,
}

/// True if there is a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// As ever.
    There,
    /// As in a tunnel.
    Away,
}

/// A color scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
    /// The few colors of the person's own choice, as by Windows' contrast themes.
    Forced,
}

impl Browser {
    /// Forgets all cookies of all sites: the next visit is a stranger's.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn forget_cookies(&self) -> Result<()> {
        self.devtools("Network.clearBrowserCookies", json!({}))
            .await
    }

    /// Switches the script of pages on or off, from the next page on.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn allow_scripts(&self, allowed: Scripts) -> Result<()> {
        let value = allowed == Scripts::Off;
        self.devtools(
            "Emulation.setScriptExecutionDisabled",
            json!({ "value": value }),
        )
        .await
    }

    /// Keeps requests waiting whose URL is like that (`*` is anything), until
    /// [`Browser::let_through`].
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn hold_back(&self, url: &str) -> Result<()> {
        let patterns = json!([{ "urlPattern": url }]);
        self.devtools("Fetch.enable", json!({ "patterns": patterns }))
            .await
    }

    /// Lets all requests go on.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn let_through(&self) -> Result<()> {
        self.devtools("Fetch.disable", json!({})).await
    }

    /// Says that the system prefers this color scheme, and no motion: else a color is for a moment
    /// between those of two schemes.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn prefer(&self, scheme: Scheme) -> Result<()> {
        let (value, forced) = match scheme {
            Scheme::Light => ("light", "none"),
            Scheme::Dark => ("dark", "none"),
            Scheme::Forced => ("dark", "active"),
        };
        let features = json!([
            { "name": "prefers-color-scheme", "value": value },
            { "name": "forced-colors", "value": forced },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await
    }

    /// Turns the mouse into a finger, from the next page on.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn use_finger(&self) -> Result<()> {
        self.devtools(
            "Emulation.setTouchEmulationEnabled",
            json!({ "enabled": true }),
        )
        .await
    }

    /// Disables or enables the network.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn set_network(&self, network: Network) -> Result<()> {
        let conditions = json!({
            "offline": network == Network::Away, "latency": 0,
            "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.devtools("Network.enable", json!({})).await?;
        self.devtools("Network.emulateNetworkConditions", conditions)
            .await
    }

    /// Gives the page a window of this size in CSS pixels.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await
    }

    /// Gives the page a window of this width, as high as the page then is.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn show_whole_page(&self, width: u32) -> Result<()> {
        self.resize(width, 720).await?;
        let height = self
            .script("return document.documentElement.scrollHeight")
            .await?;
        let height = height.as_u64().context("the height of the page")?;
        self.resize(width, u32::try_from(height)?).await
    }

    /// Runs a script in the page and returns its value.
    ///
    /// # Errors
    /// The script throws.
    pub async fn script(&self, script: &str) -> Result<Value> {
        let outcome = self.driver.execute(script, Vec::new()).await?;
        Ok(outcome.json().clone())
    }

    /// Returns what the page is wider than its window by, in CSS pixels; 0 needs no scrolling.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn overflow(&self) -> Result<i64> {
        let root = "document.documentElement";
        let script = format!("return {root}.scrollWidth - {root}.clientWidth");
        self.script(&script)
            .await?
            .as_i64()
            .context("the width of the page")
    }

    /// Returns what the console complains of since the last call: errors, violations of the content
    /// security policy, assets that do not load. What names an address of another origin, as the
    /// OP's, is not ours.
    ///
    /// Answers of the API are left out: an error there is an answer, and the tests look at it.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn complaints(&self, origin: &str) -> Result<Vec<String>> {
        let log = self.driver.browser_log().await?;
        let is_ours = |entry: &BrowserLogEntry| {
            let message = &entry.message;
            let is_severe = entry.level == "SEVERE" || message.contains("Content Security Policy");
            // Or a page of the browser's own, which it shows before ours.
            let is_elsewhere = message.starts_with("chrome:")
                || message.starts_with("http") && !message.starts_with(origin);
            let is_answer = message.starts_with(&format!("{origin}/api/"))
                && entry.source.as_deref() == Some("network");
            // Nor is the page that says that there is none.
            let is_nowhere = message.starts_with(&format!("{origin}/nowhere"));
            is_severe && !is_elsewhere && !is_answer && !is_nowhere
        };
        Ok(log
            .into_iter()
            .filter(is_ours)
            .map(|entry| entry.message)
            .collect())
    }

    /// Takes a picture into the folder `$SCREENSHOTS`; does nothing if that variable is not set.
    ///
    /// # Errors
    /// The picture could not be taken or written.
    pub async fn picture(&self, name: &str) -> Result<()> {
        let Some(folder) = screenshots() else {
            return Ok(());
        };
        std::fs::create_dir_all(&folder)?;
        Ok(self
            .driver
            .screenshot(&folder.join(format!("{name}.png")))
            .await?)
    }

    /// Sends a command of the debugging protocol whose answer says nothing.
    async fn devtools(&self, command: &str, parameters: Value) -> Result<()> {
        self.driver.cdp().send_raw(command, parameters).await?;
        Ok(())
    }
}
