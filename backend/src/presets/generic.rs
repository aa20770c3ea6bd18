//! Any OP without a preset.

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op_unreachable: "See that this server can reach OIDC_SERVER_APPLICATION_URL: DNS, firewall, certificate; a \
        private CA goes into OIDC_TLS_CACERTFILE.",
    op_misconfigured: "Hold OIDC_SERVER_APPLICATION_URL against the `issuer` in the OP's discovery document, and see \
        that the OP has an asymmetric signing key selected and does not encrypt ID tokens.",
    client_rejected: "Copy OIDC_CLIENT_ID and OIDC_CLIENT_SECRET from the OP again, and see which authentication \
        method it expects: OIDC_TOKEN_AUTH_METHOD is client_secret_basic or client_secret_post.",
    code_rejected: "See that the redirect URI at the OP equals OIDC_REDIRECT_URI to the letter.",
    token_invalid: "See the log line for the check that failed; a wrong clock on either machine is a usual cause.",
    userinfo_invalid: "See the log line for what the OP's userinfo endpoint answered.",
    email_missing: "Let the OP send the claim `email` (scope `email`), and give the user an email address there.",
    email_unverified: "Have the OP send email_verified: true, or set OIDC_LINK_BY_EMAIL=confirm, or \
        OIDC_TRUST_UNVERIFIED_EMAIL=true where the OP's administrator sets all emails.",
    role_missing: "Hold the user's values of OIDC_CLAIM_ROLES against OIDC_ROLE_ADMIN and OIDC_ROLE_USER: whole \
        values, case included.",
    op_error: "See the log line for what the OP answered, and the OP's own log.",
    access_denied: "If the user did not cancel: see at the OP who may use this application, and its own log.",
    signing_key: "Have the provider sign ID tokens with a key of its own (RS256 or ES256), not with the client secret.",
    encryption: "Have the provider send ID tokens that are signed and not encrypted.",
    redirect_uri: "Register OIDC_REDIRECT_URI at the provider, equal to the letter: scheme, host, port, path, no slash at the end.",
    application_url: "OIDC_SERVER_APPLICATION_URL is the provider's issuer: what stands before /.well-known/openid-configuration in the \
        address of its discovery document.",
};
