//! Authelia: all of it is in its `configuration.yml`.

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op_unreachable: "See that this server reaches the root of Authelia's portal, which OIDC_SERVER_APPLICATION_URL \
        names: DNS, firewall, the reverse proxy before it, and its certificate (a private CA goes into \
        OIDC_TLS_CACERTFILE).",
    op_misconfigured: "OIDC_SERVER_APPLICATION_URL is the root of Authelia's portal, https://auth.example.com, under \
        the host name that browsers use. In Authelia's configuration, identity_providers.oidc.jwks must have a \
        signing key, and the client no id_token_encrypted_response_alg but none.",
    client_rejected: "In Authelia, the client's secret is kept as a hash: OIDC_CLIENT_SECRET is the plain text it was \
        made from, and token_endpoint_auth_method must be client_secret_basic unless OIDC_TOKEN_AUTH_METHOD says \
        otherwise.",
    code_rejected: "The code was used, or is older than identity_providers.oidc.lifespans.authorize_code (one minute). \
        In Authelia, the client's redirect_uris must have OIDC_REDIRECT_URI to the letter.",
    token_invalid: "The log line names the check. The client's id_token_signed_response_alg in Authelia must be one \
        that OIDC_ID_TOKEN_ALGS allows (RS256 unless set). If the check is about time, set the clocks right.",
    userinfo_invalid: "In Authelia, set the client's userinfo_signed_response_alg to none; the log line has what \
        userinfo answered.",
    email_missing: "In Authelia, the client's scopes must have \"email\", and the user an email in the users file or \
        in LDAP. Since 4.39 it comes from userinfo, which Postern asks by itself.",
    email_unverified: "Authelia calls every email verified. Where a claims_policy puts \"email\" into the ID token, \
        let it put \"email_verified\" there as well.",
    role_missing: "In Authelia, add \"groups\" to the client's scopes; here set OIDC_SCOPES=\"openid profile email \
        groups\" and OIDC_CLAIM_ROLES=groups. Groups are in the users file or in LDAP.",
    op_error: "The log line has Authelia's answer, Authelia's own log the reason. invalid_scope: each of OIDC_SCOPES \
        must be in the client's scopes.",
    access_denied: "If the user did not cancel: the client's authorization_policy in Authelia must let this user in.",
    signing_key: "In Authelia's configuration, identity_providers.oidc.jwks must have a key, and the client's \
        id_token_signed_response_alg must be RS256 or ES256.",
    encryption: "In Authelia's configuration, take id_token_encrypted_response_alg away from the client.",
    redirect_uri: "In Authelia's configuration, add OIDC_REDIRECT_URI to the letter to the client's redirect_uris.",
    application_url: "OIDC_SERVER_APPLICATION_URL is the root of Authelia's portal, under the host name that browsers use.",
};
