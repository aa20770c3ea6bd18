//! Keycloak: names are those of its admin console.

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op_unreachable: "See that this server reaches Keycloak: https://HOST/realms/REALM must answer here as it does in a \
        browser (DNS, firewall, the reverse proxy before it, certificate; a private CA goes into \
        OIDC_TLS_CACERTFILE).",
    op_misconfigured: "OIDC_SERVER_APPLICATION_URL is https://HOST/realms/REALM, under the host name that Keycloak's \
        hostname option or the realm's Frontend URL has. Realm settings > Keys must have an active signing key, and \
        the client's Advanced tab no ID token encryption.",
    client_rejected: "In Keycloak, open the client: \"Client authentication\" must be on under Settings, and \
        OIDC_CLIENT_SECRET is the Client Secret under Credentials, with the authenticator \"Client Id and Secret\".",
    code_rejected: "The code was used, or is older than \"Client login timeout\" (Realm settings > Tokens; one \
        minute). In Keycloak, the client's \"Valid redirect URIs\" must allow OIDC_REDIRECT_URI.",
    token_invalid: "The log line names the check. An iss that differs comes from Keycloak's hostname option or the \
        realm's Frontend URL; an algorithm, from \"ID token signature algorithm\" in the client's Advanced tab. If \
        the check is about time, set the clocks right.",
    userinfo_invalid: "The log line has what Keycloak's userinfo answered. In the client's Advanced tab, \"User info \
        signed response algorithm\" is best left unsigned, and nothing encrypted.",
    email_missing: "In Keycloak, the client scope \"email\" must be among the client's Client scopes, and the user \
        must have an email (Users > Details).",
    email_unverified: "In Keycloak, open the user and switch \"Email verified\" on, or let the realm verify addresses \
        (Realm settings > Login > Verify email).",
    role_missing: "Keycloak's realm roles are in the claim realm_access.roles, by default in the access token alone: \
        under Client scopes > roles > Mappers > realm roles switch \"Add to ID token\" or \"Add to userinfo\" on, and \
        set OIDC_CLAIM_ROLES=realm_access.roles.",
    op_error: "The log line has Keycloak's answer; Keycloak's log has the reason, and so has Events where the realm \
        saves them (Realm settings > Events).",
    access_denied: "If the user did not cancel: see Keycloak's log for LOGIN_ERROR. The user may have refused the \
        consent page (the client's \"Consent required\"), or the realm's authentication flow denies access.",
    signing_key: "In Keycloak, Realm settings > Keys must have an active RS256 key, and the client's \
        Advanced tab an \"ID token signature algorithm\" that is not HS256.",
    encryption: "In Keycloak, open the client's Advanced tab and clear both \"ID token encryption\" fields.",
    redirect_uri: "In Keycloak, open the client and add OIDC_REDIRECT_URI to \"Valid redirect URIs\".",
    application_url: "OIDC_SERVER_APPLICATION_URL is https://HOST/realms/REALM (Keycloak before 17: https://HOST/auth/realms/REALM).",
};
