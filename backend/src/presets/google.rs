//! Google: names are those of the Google Cloud console.

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op_unreachable: "This server must reach accounts.google.com, oauth2.googleapis.com, www.googleapis.com and \
        openidconnect.googleapis.com by https: see DNS, the firewall, and a proxy on the way out.",
    op_misconfigured: "OIDC_SERVER_APPLICATION_URL is https://accounts.google.com.",
    client_rejected: "In Google Auth Platform > Clients, open the client, which must be a \"Web application\": copy the \
        Client ID, and add a new secret, since Google shows one only when it is made.",
    code_rejected: "The code was used or is too old. In Google Auth Platform > Clients, \"Authorized redirect URIs\" \
        must have OIDC_REDIRECT_URI to the letter.",
    token_invalid: "The log line names the check. Google's clock is right: if the check is about time, set this \
        server's.",
    userinfo_invalid: "The log line has what Google's userinfo answered.",
    email_missing: "OIDC_SCOPES must have \"email\": Google sends the email for that scope alone.",
    email_unverified: "The user has not confirmed this address at Google. Have them do so, or set \
        OIDC_LINK_BY_EMAIL=confirm.",
    role_missing: "Google sends no groups and no roles: leave OIDC_CLAIM_ROLES empty. To admit one Workspace domain, \
        set OIDC_CLAIM_ROLES=hd and OIDC_ROLE_USER to the domain.",
    op_error: "The log line has Google's answer.",
    access_denied: "If the user did not cancel: in Google Auth Platform > Audience, an app in status Testing admits \
        its test users alone, and the user type Internal your organization alone.",
    signing_key: "Google signs with RS256: leave OIDC_ID_TOKEN_ALGS empty, or have RS256 in it.",
    encryption: "Google encrypts no ID tokens: see that OIDC_SERVER_APPLICATION_URL is Google's.",
    redirect_uri: "In Google Auth Platform > Clients, open the client and add OIDC_REDIRECT_URI to the letter to \"Authorized \
        redirect URIs\". A change may take minutes.",
    application_url: "For Google, OIDC_SERVER_APPLICATION_URL is https://accounts.google.com.",
};
