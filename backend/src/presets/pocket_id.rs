//! Pocket ID: names are those of its administration pages.

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op_unreachable: "See that this server reaches Pocket ID under its APP_URL: DNS, firewall, the reverse proxy before \
        it, and its certificate (a private CA goes into OIDC_TLS_CACERTFILE). https://HOST/healthz answers when \
        Pocket ID is up.",
    op_misconfigured: "OIDC_SERVER_APPLICATION_URL is the root of Pocket ID, the very APP_URL in its environment: that \
        is its issuer.",
    client_rejected: "In Pocket ID, open the OIDC client: copy Client ID, and make a new Client secret, which is shown \
        once. \"Public Client\" must be off.",
    code_rejected: "The code was used or is too old. In Pocket ID, the OIDC client's Callback URLs must have \
        OIDC_REDIRECT_URI to the letter.",
    token_invalid: "The log line names the check. An iss that differs comes from Pocket ID's APP_URL. If the check is \
        about time, set the clocks right.",
    userinfo_invalid: "The log line has what Pocket ID's userinfo answered; its own log has the reason.",
    email_missing: "In Pocket ID, give the user an email address (Users); OIDC_SCOPES must have \"email\".",
    email_unverified: "In Pocket ID's Application Configuration, tick \"Emails Verified\". Versions that keep it for \
        each user have it on the user's page.",
    role_missing: "Pocket ID sends the names of the user's groups, not their friendly names, in the claim \"groups\": \
        set OIDC_SCOPES=\"openid profile email groups\" and OIDC_CLAIM_ROLES=groups, and put the user into the group \
        (User Groups).",
    op_error: "The log line has Pocket ID's answer; its own log has the reason.",
    access_denied: "If the user did not cancel: in Pocket ID, the OIDC client's \"Allowed User Groups\" must have a \
        group of this user.",
    signing_key: "Pocket ID makes its signing key by itself: see its log, and that it can write to its data folder.",
    encryption: "Pocket ID encrypts no ID tokens: see that OIDC_SERVER_APPLICATION_URL is Pocket ID's.",
    redirect_uri: "In Pocket ID, open the OIDC client and add OIDC_REDIRECT_URI to the letter to its Callback URLs.",
    application_url: "OIDC_SERVER_APPLICATION_URL is Pocket ID's APP_URL, without a path.",
};
