//! Two OPs that this project did not write, installed by `cargo xtask test`.

use std::process::Command;

use anyhow::Result;
use serde_json::{Value, json};
use shared::routes::API_BACKCHANNEL_LOGOUT;

use crate::places::{require, tools, workspace};
use crate::process::Process;
use crate::registration::Registration;
use crate::web::{answers, post};

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RealOpKind {
    /// `oidc-provider` from npm, a certified OP. Its issuer has a path and a trailing slash.
    OidcProvider,
    /// `canaille` from the Python package index. Its issuer is a bare origin.
    Canaille,
}

/// A running OP with the accounts alice, bob, carol and dave.
pub struct RealOp {
    kind: RealOpKind,
    process: Option<Process>,
    origin: String,
    listen: String,
    arguments: Vec<String>,
}

impl RealOp {
    /// Starts it for one client with the metadata of a plain confidential client, with further
    /// arguments for its program.
    ///
    /// # Errors
    /// It is not installed, or did not start.
    pub async fn start(
        kind: RealOpKind,
        registration: &Registration,
        options: &[&str],
    ) -> Result<Self> {
        let mut client = json!({
            "client_id": registration.id,
            "client_secret": registration.secret,
            "redirect_uris": [registration.redirect_uri],
        });
        // Canaille has no back-channel logout.
        if kind == RealOpKind::OidcProvider {
            client["backchannel_logout_uri"] = registration.rp_url(API_BACKCHANNEL_LOGOUT).into();
        }
        Self::start_with(kind, registration, &[client], options).await
    }

    /// Starts it for clients written as in dynamic registration, with further arguments for its
    /// program.
    ///
    /// # Errors
    /// As [`RealOp::start`].
    pub async fn start_with(
        kind: RealOpKind,
        registration: &Registration,
        clients: &[Value],
        options: &[&str],
    ) -> Result<Self> {
        let mut arguments: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        for client in clients {
            arguments.extend(["--client".to_owned(), client.to_string()]);
        }
        let (origin, listen) = (registration.origin(), registration.listen());
        let mut op = Self {
            kind,
            process: None,
            origin,
            listen,
            arguments,
        };
        op.resume().await?;
        Ok(op)
    }

    /// Starts it again, at the same address and with new keys, after [`RealOp::pause`].
    ///
    /// # Errors
    /// As [`RealOp::start`].
    pub async fn resume(&mut self) -> Result<()> {
        let mut command = self.command()?;
        command
            .args(["--listen", &self.listen])
            .args(&self.arguments);
        let mut process = Process::start(&format!("{:?}", self.kind), command)?;
        let issuer = self.issuer();
        let discovery = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
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

    /// Returns its issuer identifier.
    pub fn issuer(&self) -> String {
        match self.kind {
            RealOpKind::OidcProvider => format!("{}/application/o/romm/", self.origin),
            RealOpKind::Canaille => self.origin.clone(),
        }
    }

    /// Changes a user's claims at run time.
    ///
    /// # Errors
    /// It refused the change.
    pub async fn change_user(&self, name: &str, patch: &Value) -> Result<()> {
        post(&format!("{}/control/users/{name}", self.origin), patch).await
    }

    /// Returns the program with the arguments that are always the same.
    fn command(&self) -> Result<Command> {
        let scripts = workspace().join("tests/real_ops");
        let install = "cargo xtask test";
        match self.kind {
            RealOpKind::OidcProvider => {
                let modules = tools().join("oidc-provider");
                require(modules.join("node_modules/oidc-provider"), install)?;
                let mut command = Command::new("node");
                command.arg(scripts.join("oidc-provider/server.mjs"));
                command.arg("--modules").arg(modules);
                Ok(command)
            }
            RealOpKind::Canaille => {
                let python = require(tools().join("canaille/bin/python"), install)?;
                let mut command = Command::new(python);
                command.arg(scripts.join("canaille/server.py"));
                Ok(command)
            }
        }
    }
}
