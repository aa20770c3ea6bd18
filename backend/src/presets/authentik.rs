//! Authentik.

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op_unreachable: "See that this server reaches Authentik under the host name in OIDC_SERVER_APPLICATION_URL: DNS, \
        firewall, the reverse proxy before it, and its certificate (a private CA goes into OIDC_TLS_CACERTFILE). \
        https://HOST/-/health/ready/ answers when Authentik is up.",
    op_misconfigured: "In Authentik, open the application's provider: a Signing Key must be selected and no \
        Encryption Key. OIDC_SERVER_APPLICATION_URL is https://HOST/application/o/SLUG, under the host name that \
        browsers use.",
    client_rejected: "In Authentik, open the application's provider and copy Client ID and Client Secret again; the \
        redirect URI there must equal OIDC_REDIRECT_URI to the letter. Versions before 2026.2 do not decode special \
        characters in a secret: then set OIDC_TOKEN_AUTH_METHOD=client_secret_post.",
    code_rejected: "The code was used, or is older than the provider's \"Access code validity\" (one minute). In \
        Authentik, see that the redirect URI of the provider equals OIDC_REDIRECT_URI to the letter.",
    token_invalid: "The log line names the check. Authentik calls itself by the host name it is asked under: this \
        server and browsers must use the same one. If the check is about time, set the clocks right.",
    userinfo_invalid: "In Authentik, open the application's provider: the scope mapping \"openid\" must be selected.",
    email_missing: "In Authentik, open the application's provider and select the scope mapping \"email\" under \
        Advanced protocol settings; the user must have an email address.",
    email_unverified: "Since 2025.10 Authentik says email_verified: false for everybody. Make a scope mapping for the \
        scope \"email\" that returns email_verified: True, and select it in the provider INSTEAD of the default one; \
        or set OIDC_LINK_BY_EMAIL=confirm, or OIDC_TRUST_UNVERIFIED_EMAIL=true where the administrator sets all \
        emails.",
    role_missing: "Authentik's scope mapping \"profile\" sends the names of the user's groups in the claim \"groups\": \
        set OIDC_CLAIM_ROLES=groups, and put the user into a group that OIDC_ROLE_USER or OIDC_ROLE_ADMIN names \
        (Directory > Groups).",
    op_error: "The log line has Authentik's answer; Events > Logs there has the reason.",
    access_denied: "If the user did not cancel: in Authentik, open the application's Policy / Group / User Bindings \
        and see that they let this user in.",
    signing_key: "In Authentik, open the application's provider and select a Signing Key, such as the self-signed \
        certificate that Authentik made itself.",
    encryption: "In Authentik, open the application's provider and clear Encryption Key.",
    redirect_uri: "In Authentik, open the application's provider and add OIDC_REDIRECT_URI to the letter under Redirect \
        URIs/Origins, with matching mode Strict.",
    application_url: "OIDC_SERVER_APPLICATION_URL is https://HOST/application/o/SLUG: HOST is what browsers use for Authentik, SLUG the \
        application's. An application without a provider answers 404, too: select one in it.",
};
