//! The RP as an OP knows it.

use anyhow::Result;
use shared::routes::API_OAUTH_OPENID;

use crate::places::free_port;

/// The RP as the OP knows it, and where the OP listens.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The OP's port on 127.0.0.1.
    pub port: u16,
    /// The client id.
    pub id: String,
    /// The client secret.
    pub secret: String,
    /// The one redirect URI.
    pub redirect_uri: String,
}

impl Registration {
    /// Registers `postern` with a secret and this redirect URI, at an OP on a free port.
    ///
    /// # Errors
    /// No port is free.
    pub fn new(redirect_uri: impl Into<String>) -> Result<Self> {
        Ok(Self {
            port: free_port()?,
            id: "postern".to_owned(),
            secret: "a-client-secret-of-the-tests".to_owned(),
            redirect_uri: redirect_uri.into(),
        })
    }

    /// Returns a URL of the RP's own with that path.
    pub fn rp_url(&self, path: &str) -> String {
        let origin = self.redirect_uri.trim_end_matches(API_OAUTH_OPENID);
        format!("{origin}{path}")
    }

    /// Returns the OP's `127.0.0.1:PORT`.
    pub fn listen(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Returns the OP's `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.listen())
    }
}
