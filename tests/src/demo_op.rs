//! The demo OP as a program of its own, as `cargo xtask demo` runs it.

use std::process::Command;

use anyhow::Result;
use serde_json::{Value, json};
use shared::routes::API_BACKCHANNEL_LOGOUT;

use crate::places::program;
use crate::process::Process;
use crate::registration::Registration;
use crate::web::{answers, post};

/// A running demo OP, shaped like an Authentik with default settings.
pub struct DemoOp {
    process: Option<Process>,
    registration: Registration,
}

impl DemoOp {
    /// Starts it for one client.
    ///
    /// # Errors
    /// The program has not been built, or did not start.
    pub async fn start(registration: Registration) -> Result<Self> {
        let mut op = Self {
            process: None,
            registration,
        };
        op.resume().await?;
        Ok(op)
    }

    /// Starts it again, at the same address, after [`DemoOp::pause`].
    ///
    /// # Errors
    /// As [`DemoOp::start`].
    pub async fn resume(&mut self) -> Result<()> {
        let client = &self.registration;
        let mut command = Command::new(program(
            "DEMO_OP_BIN",
            "target/debug/demo-op",
            "cargo build -p demo-op",
        )?);
        command.args(["--listen", &client.listen()]);
        command.args(["--client-id", &client.id, "--client-secret", &client.secret]);
        command.args(["--redirect-uri", &client.redirect_uri]);
        let logout = client.rp_url(API_BACKCHANNEL_LOGOUT);
        command.args(["--backchannel-logout-uri", &logout]);
        let mut process = Process::start("demo-op", command)?;
        let discovery = format!("{}.well-known/openid-configuration", self.issuer());
        process
            .until_ready(async || answers(&discovery).await)
            .await?;
        self.process = Some(process);
        Ok(())
    }

    /// Ends it; nothing listens at its address any more.
    pub fn pause(&mut self) {
        self.process = None;
    }

    /// Returns its issuer identifier, with Authentik's trailing slash.
    pub fn issuer(&self) -> String {
        format!("{}/application/o/postern/", self.registration.origin())
    }

    /// Changes a user: `email`, `email_verified`, `active`, `groups`, `password`.
    ///
    /// # Errors
    /// It refused the change.
    pub async fn change_user(&self, name: &str, patch: &Value) -> Result<()> {
        post(
            &format!("{}/demo/users/{name}", self.registration.origin()),
            patch,
        )
        .await
    }

    /// Ends the sessions of a user, as an admin does; the RP is told before this returns.
    ///
    /// # Errors
    /// It refused.
    pub async fn end_sessions(&self, name: &str) -> Result<()> {
        let origin = self.registration.origin();
        post(
            &format!("{origin}/demo/users/{name}/end-sessions"),
            &json!({}),
        )
        .await
    }
}
