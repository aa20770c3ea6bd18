//! Identities.

use shared::profile::LinkedIdentity;

use crate::account::Identity;
use crate::config::Config;
use crate::presets;
use clock::Timestamp;

/// Returns the display name of an issuer. An OP that is no longer configured is shown by its
/// issuer.
pub(crate) fn issuer_label(config: &Config, issuer: &str) -> String {
    let provider = config.oidc.as_ref().filter(|oidc| {
        let same = |url: &str| url.trim_end_matches('/') == issuer.trim_end_matches('/');
        same(oidc.rp.application_url.as_str()) || oidc.rp.metadata_url.is_some()
    });
    provider.map_or_else(
        || issuer.to_owned(),
        |oidc| presets::label(oidc.provider.as_str()),
    )
}

/// Returns an identity as people see it.
pub(crate) fn linked_identity(config: &Config, identity: Identity) -> LinkedIdentity {
    LinkedIdentity {
        id: identity.id.to_string(),
        label: issuer_label(config, &identity.issuer),
        issuer: identity.issuer,
        username: identity.username,
        email: identity.email,
        linked_at: identity.linked_at.unix(),
        last_login_at: identity.last_login_at.map(Timestamp::unix),
    }
}
