//! Where a browser goes to log out at the OP.

use std::time::Duration;

use url::Url;

use super::Provider;

/// How long a logout waits for the OP to say that it is there.
const LOGOUT_PATIENCE: Duration = Duration::from_secs(5);

impl Provider {
    /// Returns the URL that logs the browser out at the OP, if it has one (RP-Initiated Logout §2).
    /// `None` also while nobody answers there: the browser would end at an error page of its own.
    pub async fn logout_url(&self, id_token: Option<&str>, return_url: &str) -> Option<Url> {
        let answered = self.discovery.for_start(&self.client, &self.settings);
        let answered = tokio::time::timeout(LOGOUT_PATIENCE, answered).await;
        answered.ok()?.ok()?;
        self.end_session_url(id_token, return_url)
    }

    /// Returns the URL that logs the browser out at the OP, if the OP is known and has one.
    #[must_use]
    pub fn end_session_url(&self, id_token: Option<&str>, return_url: &str) -> Option<Url> {
        let metadata = self.discovery.last_good()?;
        crate::logout::end_session_url(&metadata, &self.settings, id_token, return_url)
    }
}
