//! RP-initiated logout (`OpenID` Connect RP-Initiated Logout 1.0 §2). Pure, but for a random `state`.

use url::Url;

use super::metadata::Metadata;
use super::random::random_text;
use super::settings::Settings;

/// Returns the URL that logs the browser out at the OP and asks it to come back to
/// `return_url`; `None` where the OP has no such endpoint.
///
/// The session here has ended by then: OPs exist that never come back.
#[must_use]
pub(super) fn end_session_url(
    metadata: &Metadata,
    settings: &Settings,
    id_token: Option<&str>,
    return_url: &str,
) -> Option<Url> {
    let mut url = metadata.end_session_endpoint.clone()?;
    {
        // The endpoint may have a query of its own, which stays.
        let mut query = url.query_pairs_mut();
        if let Some(id_token) = id_token {
            query.append_pair("id_token_hint", id_token);
        }
        query.append_pair("client_id", &settings.client_id);
        query.append_pair("post_logout_redirect_uri", return_url);
        // Nothing depends on its coming back: the session has ended. OPs exist that want one.
        query.append_pair("state", &random_text());
    }
    Some(url)
}
