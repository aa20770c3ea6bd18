//! The OP as an admin configured it.

use std::sync::Arc;

use clock::Clock;
use oidc::client::Timeouts;
use oidc::provider::Provider;

use crate::config::OidcConfig;
use crate::failure::remedy;
use crate::login::error::cause_of;
use crate::presets;

/// The OP: what its word counts for, and what talks to it.
pub struct Op {
    /// The settings; those of [`Op::rp`] among them.
    pub config: OidcConfig,
    /// The relying party.
    pub rp: Provider,
}

impl Op {
    /// Makes it; talks to nobody yet.
    ///
    /// # Errors
    /// The additional root certificates do not parse.
    pub fn new(config: OidcConfig, clock: Clock, timeouts: Timeouts) -> anyhow::Result<Self> {
        let name = config.provider.clone();
        let on_change = Arc::new(
            move |found: Result<&oidc::metadata::Metadata, &oidc::Error>| match found {
                Ok(metadata) => {
                    tracing::info!(oidc.issuer = %metadata.issuer, "the OP is reachable");
                }
                Err(error) => {
                    let cause = cause_of(error);
                    let (code, remedy) = (cause.code().as_str(), remedy(cause, name.as_str()));
                    tracing::warn!(code, remedy, "the OP cannot be used: {error}");
                }
            },
        );
        Ok(Self {
            rp: Provider::new(config.rp.clone(), clock, timeouts, on_change)?,
            config,
        })
    }

    /// Returns the same OP with another secret or other certificate authorities. What it last said
    /// of itself serves both.
    ///
    /// # Errors
    /// The additional root certificates do not parse.
    pub fn renewed(&self, config: OidcConfig) -> anyhow::Result<Self> {
        Ok(Self {
            rp: self.rp.renewed(config.rp.clone())?,
            config,
        })
    }

    /// Returns the OP's name for people.
    #[must_use]
    pub fn label(&self) -> String {
        presets::label(self.config.provider.as_str())
    }
}
