//! Zitadel: names are those of its console.

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op_unreachable: "See that this server reaches Zitadel under its external domain: DNS, firewall, the reverse proxy \
        before it, and its certificate (a private CA goes into OIDC_TLS_CACERTFILE). https://HOST/debug/ready answers \
        when Zitadel is up.",
    op_misconfigured: "OIDC_SERVER_APPLICATION_URL is Zitadel's external domain without a path. Zitadel finds its \
        instance by the host name: under another one it answers \"Instance not found\".",
    client_rejected: "In Zitadel, open the application in its project: the authentication method must be Basic (or \
        Post, with OIDC_TOKEN_AUTH_METHOD=client_secret_post), not None and no key. \"Regenerate Client Secret\" shows \
        a new one once.",
    code_rejected: "The code was used or is too old. In Zitadel, the application's Redirect Settings must have \
        OIDC_REDIRECT_URI to the letter; one with http needs Development Mode.",
    token_invalid: "The log line names the check. OIDC_CLIENT_ID is the application's Client ID, not Zitadel's project \
        or resource id. If the check is about time, set the clocks right.",
    userinfo_invalid: "The log line has what Zitadel's userinfo answered; its own log has the reason.",
    email_missing: "OIDC_SCOPES must have \"email\", and the user in Zitadel an email. It comes from userinfo, which \
        Postern asks by itself: \"User Info inside ID Token\" is not needed.",
    email_unverified: "In Zitadel, open the user and have the email under Contact Information verified: send the \
        code again, or mark it as verified.",
    role_missing: "In Zitadel, tick \"Assert Roles on Authentication\" in the project, set \
        OIDC_CLAIM_ROLES=urn:zitadel:iam:org:project:roles, and give the user the role in the project's Authorizations.",
    op_error: "The log line has Zitadel's answer; Zitadel's own log has the reason.",
    access_denied: "If the user did not cancel: where the project has \"Check authorization on Authentication\", \
        Zitadel lets in only users who have a role in the project's Authorizations.",
    signing_key: "Zitadel makes its signing keys by itself (RS256): leave OIDC_ID_TOKEN_ALGS empty, or have RS256 in it.",
    encryption: "Zitadel encrypts no ID tokens: see that OIDC_SERVER_APPLICATION_URL is Zitadel's.",
    redirect_uri: "In Zitadel, open the application and add OIDC_REDIRECT_URI to the letter under Redirect Settings; one with http \
        needs Development Mode.",
    application_url: "OIDC_SERVER_APPLICATION_URL is Zitadel's external domain, without a path.",
};
