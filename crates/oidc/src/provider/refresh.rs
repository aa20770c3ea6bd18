//! Asks the OP again for a user who logged in there before (Core §12).

use secrecy::SecretString;

use super::Provider;
use crate::error::Error;
use crate::identity::{self, VerifiedIdentity};
use crate::jws::Claims;
use crate::token_request;

/// What a refresh token gives.
pub struct Refreshed {
    /// Who the OP says it is now; `None` if it says nothing but that the user may go on.
    pub identity: Option<VerifiedIdentity>,
    /// What replaces the refresh token; `None` if that is still valid.
    pub refresh_token: Option<SecretString>,
}

impl Provider {
    /// Asks the OP whether a user may still log in, and who it says the user is now. `subject` is
    /// the user who logged in when the refresh token came.
    ///
    /// # Errors
    /// `CodeRejected` if the user may not, or if the token was used before. All other errors of
    /// [`Provider::redeem`] say nothing about the user.
    pub async fn refresh(
        &self,
        refresh_token: &SecretString,
        subject: &str,
    ) -> Result<Refreshed, Error> {
        self.in_time(self.refresh_in_full(refresh_token, subject))
            .await
    }

    async fn refresh_in_full(
        &self,
        refresh_token: &SecretString,
        subject: &str,
    ) -> Result<Refreshed, Error> {
        let metadata = self.metadata().await?;
        let tokens =
            token_request::refresh(&self.client, &metadata, &self.settings, refresh_token).await?;
        let access_token = &tokens.access_token;
        let asked_about = Claims::from_iter([("sub".to_owned(), subject.into())]);
        let mut claims = match &tokens.id_token {
            Some(id_token) => {
                self.check_id_token(&metadata, id_token, access_token, None)
                    .await?
            }
            None => asked_about.clone(),
        };
        if claims.get("sub") != asked_about.get("sub") {
            return Err(Error::TokenInvalid("sub is another user's".to_owned()));
        }
        let mut knows_more = tokens.id_token.is_some();
        if let Some(endpoint) = &metadata.userinfo_endpoint
            && identity::lacks_claims(&claims, &self.settings)
        {
            let userinfo = self
                .userinfo(&metadata, endpoint, access_token, &claims)
                .await?;
            identity::add_userinfo(&mut claims, userinfo, &self.settings);
            knows_more = true;
        }
        let (issuer, settings) = (&metadata.issuer, &self.settings);
        Ok(Refreshed {
            identity: knows_more.then(|| VerifiedIdentity::from_claims(issuer, &claims, settings)),
            refresh_token: tokens.refresh_token,
        })
    }
}
