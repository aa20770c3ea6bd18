//! The OP that the admin configured.

use std::sync::Arc;

use clock::Clock;
use oidc::client::Timeouts;
use oidc::provider::Provider;

use crate::config::OidcConfig;
use crate::failure::cause_of;
use crate::failure::remedy;
use crate::presets;

/// The OP: its settings, and the client that talks to it.
pub struct Op {
    /// The settings, including those of [`Op::rp`].
    pub config: OidcConfig,
    /// The relying party.
    pub rp: Provider,
}

impl Op {
    /// Creates it without connecting to anything.
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
                    let (code, remedy) = (
                        cause.code().as_str(),
                        remedy(cause, name.as_str()).english(),
                    );
                    tracing::warn!(code, remedy, "the OP cannot be used: {error}");
                }
            },
        );
        Ok(Self {
            rp: Provider::new(config.rp.clone(), clock, timeouts, on_change)?,
            config,
        })
    }

    /// Returns the same OP with another secret or other certificate authorities. It keeps the
    /// cached metadata.
    ///
    /// # Errors
    /// The additional root certificates do not parse.
    pub fn renewed(&self, config: OidcConfig) -> anyhow::Result<Self> {
        Ok(Self {
            rp: self.rp.renewed(config.rp.clone())?,
            config,
        })
    }

    /// Returns the OP's display name.
    #[must_use]
    pub fn label(&self) -> String {
        presets::label(self.config.provider.as_str())
    }
}
