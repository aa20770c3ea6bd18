//! Kanidm: commands of its client, `NAME` being the client there.

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op_unreachable: "Kanidm speaks https alone: this server must trust its certificate (a private CA goes into \
        OIDC_TLS_CACERTFILE) and reach it (DNS, firewall). https://HOST/status answers when Kanidm is up.",
    op_misconfigured: "OIDC_SERVER_APPLICATION_URL is https://HOST/oauth2/openid/NAME, where NAME is the client as \
        `kanidm system oauth2 list` has it, and HOST that of `origin` in Kanidm's server.toml.",
    client_rejected: "OIDC_CLIENT_ID is the client's name in Kanidm, and `kanidm system oauth2 show-basic-secret NAME` \
        prints OIDC_CLIENT_SECRET. A public client has none: make a basic one.",
    code_rejected: "The code was used or is too old. The redirect URI must be known to Kanidm to the letter: `kanidm \
        system oauth2 add-redirect-url NAME URL` with OIDC_REDIRECT_URI.",
    token_invalid: "The log line names the check. Kanidm signs with ES256, or with RS256 where the client has legacy \
        crypto: OIDC_ID_TOKEN_ALGS must allow it. If the check is about time, set the clocks right.",
    userinfo_invalid: "The log line has what Kanidm's userinfo answered; Kanidm's log has the reason.",
    email_missing: "`kanidm system oauth2 update-scope-map NAME GROUP openid profile email` lets Kanidm send the \
        email, and `kanidm person update USER --mail ADDRESS` gives the user one.",
    email_unverified: "Kanidm calls every email verified that it sends for the scope \"email\". See that nothing \
        between changes its answer, and that OIDC_SERVER_APPLICATION_URL is Kanidm's.",
    role_missing: "Kanidm's claim \"groups\" has whole names such as GROUP@DOMAIN, and needs the scope \"groups\" in the \
        scope map and in OIDC_SCOPES. Or give values of your own: `kanidm system oauth2 update-claim-map NAME CLAIM \
        GROUP VALUE`, and OIDC_CLAIM_ROLES=CLAIM.",
    op_error: "The log line has Kanidm's answer; Kanidm's own log has the reason.",
    access_denied: "If the user did not cancel: the user must be in a group that has a scope map for this client. \
        `kanidm system oauth2 get NAME` shows them, `kanidm system oauth2 update-scope-map` makes one.",
    signing_key: "Kanidm signs with ES256 by itself: leave OIDC_ID_TOKEN_ALGS empty, or have ES256 in it.",
    encryption: "Kanidm encrypts no ID tokens: see that OIDC_SERVER_APPLICATION_URL is Kanidm's.",
    redirect_uri: "`kanidm system oauth2 add-redirect-url NAME URL` with OIDC_REDIRECT_URI makes it known to Kanidm.",
    application_url: "OIDC_SERVER_APPLICATION_URL is https://HOST/oauth2/openid/NAME, NAME being the client in Kanidm.",
};
