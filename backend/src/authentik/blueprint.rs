//! A blueprint: Authentik's own form for wanted state, in YAML with tags of its own.
//!
//! Written by hand rather than by a YAML library: the tags are most of it, and what comes from
//! outside is quoted as JSON, which is YAML too.

use serde_json::Value;

use super::version::Version;
use super::wanted::{EMAIL_SCOPE, MANAGED_SCOPE, Wanted};

/// Where the client secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// Authentik makes one up.
    Generated,
    /// It stands in this variable of Authentik's environment.
    Environment(String),
}

/// Blueprints of Authentik that create what this one looks up. They are applied first, so that
/// this one also works in the first minute of a new Authentik.
const BEFORE: [&str; 3] = [
    "System - OAuth2 Provider - Scopes",
    "Default - Provider authorization flow (implicit consent)",
    "Default - Invalidation flow",
];

/// Writes the blueprint.
#[must_use]
pub fn blueprint(wanted: &Wanted, version: &Version, secret: &Secret) -> String {
    let mut yaml = String::new();
    head(&mut yaml, wanted, version, secret);
    for name in BEFORE {
        push(
            &mut yaml,
            &format!(
                "  - model: authentik_blueprints.metaapplyblueprint
    attrs:
      identifiers:
        name: {}
      required: false
",
                quoted(name)
            ),
        );
    }
    mapping(&mut yaml, wanted);
    provider(&mut yaml, wanted, version, secret);
    application(&mut yaml, wanted, version);
    yaml
}

/// Writes what the file is, and the values that can be overridden when it is applied.
fn head(yaml: &mut String, wanted: &Wanted, version: &Version, secret: &Secret) {
    let secret_word = match secret {
        Secret::Generated => {
            "Authentik makes up the client id and secret: read them on the provider's page,\n\
             # or let `postern authentik connect` fetch them into an env file."
                .to_owned()
        }
        Secret::Environment(variable) => format!(
            "The client secret is read from {variable} in the environment of Authentik's server\n\
             # and worker; give Postern the same one as OIDC_CLIENT_SECRET."
        ),
    };
    let emails = wanted.verified_emails.value.summary();
    push(
        yaml,
        &format!(
            "# yaml-language-server: $schema=https://goauthentik.io/blueprints/schema.json
# Made by `postern authentik blueprint` for Authentik {version}.
# Apply it under Customization > Blueprints, or mount it below /blueprints of the worker.
# {secret_word}
# Emails: {emails}.
version: 1
metadata:
  name: {title}
context:
  authorization_flow: {authorization}
  invalidation_flow: {invalidation}
",
            title = quoted(&format!("Postern - {}", wanted.slug)),
            authorization = quoted(&wanted.authorization_flow.value),
            invalidation = quoted(&wanted.invalidation_flow.value),
        ),
    );
    if let Some(flow) = &wanted.authentication_flow {
        push(yaml, &format!("  authentication_flow: {}\n", quoted(flow)));
    }
    push(
        yaml,
        &format!(
            "  signing_key: {}\nentries:\n",
            quoted(&wanted.signing_key.value)
        ),
    );
}

/// Writes the scope mapping for emails, if one is wanted.
fn mapping(yaml: &mut String, wanted: &Wanted) {
    let Some(expression) = wanted.verified_emails.value.expression() else {
        return;
    };
    push(
        yaml,
        &format!(
            "  - model: authentik_providers_oauth2.scopemapping
    id: email
    identifiers:
      name: {}
    attrs:
      scope_name: {EMAIL_SCOPE}
      description: Email address
      expression: |-
",
            quoted(&wanted.mapping_name())
        ),
    );
    for line in expression.lines() {
        push(yaml, &format!("        {line}\n"));
    }
}

/// Writes the provider.
fn provider(yaml: &mut String, wanted: &Wanted, version: &Version, secret: &Secret) {
    const KEY: &str = "!Find [authentik_crypto.certificatekeypair, [name, !Context signing_key]]";
    push(
        yaml,
        &format!(
            "  - model: authentik_providers_oauth2.oauth2provider
    id: provider
    # Without the key, ID tokens would be signed by the client secret: then rather nothing is made.
    conditions:
      - {KEY}
    identifiers:
      name: {name}
    attrs:
      authorization_flow: !Find [authentik_flows.flow, [slug, !Context authorization_flow]]
      invalidation_flow: !Find [authentik_flows.flow, [slug, !Context invalidation_flow]]
",
            name = quoted(&wanted.name.value)
        ),
    );
    if wanted.authentication_flow.is_some() {
        push(
            yaml,
            "      authentication_flow: !Find [authentik_flows.flow, [slug, !Context authentication_flow]]\n",
        );
    }
    push(yaml, &format!("      signing_key: {KEY}\n"));
    let mut fields = wanted.fixed_fields(version);
    fields.extend(wanted.first_fields(version));
    fields.extend(wanted.lifetimes(|_| None));
    for (field, value) in fields {
        push(yaml, &format!("      {field}: {}\n", inline(&value)));
    }
    if let Secret::Environment(variable) = secret {
        push(yaml, &format!("      client_secret: !Env {variable}\n"));
    }
    push(yaml, "      property_mappings:\n");
    for scope in wanted.provider_scopes() {
        let is_ours = scope == EMAIL_SCOPE && wanted.verified_emails.value.expression().is_some();
        let mapping = if is_ours {
            "!KeyOf email".to_owned()
        } else {
            format!(
                "!Find [authentik_providers_oauth2.scopemapping, [managed, {}]]",
                quoted(&format!("{MANAGED_SCOPE}{scope}"))
            )
        };
        push(yaml, &format!("        - {mapping}\n"));
    }
}

/// Writes the application.
fn application(yaml: &mut String, wanted: &Wanted, version: &Version) {
    push(
        yaml,
        &format!(
            "  - model: authentik_core.application
    identifiers:
      slug: {}
    attrs:
      name: {}
      provider: !KeyOf provider
",
            quoted(&wanted.slug),
            quoted(&wanted.name.value),
        ),
    );
    for (field, text) in wanted.presentation(version) {
        push(yaml, &format!("      {field}: {}\n", quoted(&text)));
    }
}

/// Appends.
fn push(yaml: &mut String, text: &str) {
    yaml.push_str(text);
}

/// Writes a text in double quotes. JSON's are YAML's too for what [`super::wanted::name`] lets
/// through.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Writes a value on one line; JSON is YAML's flow style.
fn inline(value: &Value) -> String {
    value.to_string()
}

#[cfg(test)]
mod tests {
    use crate::base_path::BasePath;
    use std::time::Duration;

    use super::{Secret, blueprint};
    use crate::authentik::version::Version;
    use crate::authentik::wanted::{
        AUTHORIZATION_FLOW, Choice, INVALIDATION_FLOW, SIGNING_KEY, VerifiedEmails, Wanted,
    };

    /// Returns the blueprint for emails like these.
    fn printed(emails: VerifiedEmails, version: &Version, secret: &Secret) -> String {
        let default = |text: &str| Choice::new(None, || text.to_owned());
        let wanted = Wanted {
            public_url: "https://app.example.com".parse().unwrap(),
            base: BasePath::ROOT,
            slug: "postern".to_owned(),
            name: default("My \"own\": {#1}"),
            authorization_flow: default(AUTHORIZATION_FLOW),
            invalidation_flow: default(INVALIDATION_FLOW),
            authentication_flow: None,
            signing_key: default(SIGNING_KEY),
            verified_emails: Choice::new(Some(emails), || emails),
            more_scopes: Vec::new(),
            client_id: None,
            session_max_age: Duration::from_hours(24),
        };
        blueprint(&wanted, version, secret)
    }

    #[test]
    fn no_secret_is_in_it() {
        let generated = printed(VerifiedEmails::Marked, &Version::any(), &Secret::Generated);
        let variable = Secret::Environment("POSTERN_SECRET".to_owned());
        let read = printed(VerifiedEmails::Marked, &Version::any(), &variable);

        assert!(!generated.contains("client_secret:"), "{generated}");
        assert!(
            read.contains("      client_secret: !Env POSTERN_SECRET\n"),
            "{read}"
        );
    }

    #[test]
    fn redirect_uri_is_compared_to_the_letter_and_for_logins_alone_where_types_are_unknown() {
        let login = "\"url\":\"https://app.example.com/api/oauth/openid\"";
        let logout = "\"redirect_uri_type\":\"logout\"";
        for (version, has_logout) in [
            (Version::any(), false),
            ("2025.12".parse().unwrap(), false),
            ("2026.8".parse().unwrap(), true),
        ] {
            let yaml = printed(VerifiedEmails::Marked, &version, &Secret::Generated);

            assert!(yaml.contains("\"matching_mode\":\"strict\""), "{yaml}");
            assert!(yaml.contains(login), "{yaml}");
            assert_eq!(yaml.contains(logout), has_logout, "{version}");
        }
    }

    #[test]
    fn own_mapping_for_emails_takes_the_place_of_authentiks() {
        let any = Version::any();
        let own = printed(VerifiedEmails::All, &any, &Secret::Generated);
        let authentiks = printed(VerifiedEmails::Authentik, &any, &Secret::Generated);

        assert!(own.contains("        - !KeyOf email\n"), "{own}");
        assert!(own.contains("          \"email_verified\": bool("), "{own}");
        assert!(!own.contains("scope-email"), "{own}");
        assert!(authentiks.contains("scope-email\"]]\n"), "{authentiks}");
        assert!(!authentiks.contains("!KeyOf email"), "{authentiks}");
    }

    #[test]
    fn names_are_quoted() {
        let yaml = printed(VerifiedEmails::Marked, &Version::any(), &Secret::Generated);

        assert!(
            yaml.contains("      name: \"My \\\"own\\\": {#1}\"\n"),
            "{yaml}"
        );
    }
}
