//! The account's email address, and what it is for.

use leptos::prelude::*;
use shared::api::UpdateProfile;
use shared::email::Email;
use shared::error::ErrorCode;
use shared::profile::{LinkedIdentity, Profile, ProfileUpdate};

use crate::api;
use crate::components::confirm::Confirm;
use crate::components::field::{Field, FieldKind};
use crate::components::form::{Form, Saved};
use crate::components::inside::Panel;
use crate::components::unsaved::{Edited, use_unsaved};
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::pages::profile::identities::is_same;
use crate::session::use_session;
use crate::text::{fill, say};
use shared::text::Text;

/// Returns what is wrong with the text. Nothing is wrong with none, which clears the address.
fn fault_of(text: &str) -> &'static str {
    let is_fit = text.trim().is_empty() || Email::parse(text).is_ok();
    if is_fit {
        ""
    } else {
        say(ErrorCode::EmailInvalid.message())
    }
}

/// Edits the address.
#[component]
pub(crate) fn EmailForm(
    /// The user's record.
    profile: RwSignal<Profile>,
    /// Asks for a confirmation where the server wants one.
    confirm: Confirm,
    /// The name of the provider, which finds the account by the address.
    provider: Option<String>,
) -> impl IntoView {
    let session = use_session();
    let account_id = profile.read_untracked().user.id.clone();
    let stored = move || profile.read().user.email.clone().unwrap_or_default();
    let (email, edited) = use_unsaved().text("email", account_id, stored);
    let is_left = RwSignal::new(false);

    let save = Mutation::new(move || {
        let text = email.get_untracked().trim().to_owned();
        is_left.set(true);
        async move {
            if !fault_of(&text).is_empty() {
                return Ok(());
            }
            let update = ProfileUpdate {
                email: Some(text.clone()),
                display_name: None,
            };
            let answer = confirm
                .send(api::call_with(UpdateProfile {}, &update))
                .await?;
            Edited::take_over(email, &text, answer.user.email.as_deref());
            profile.set(answer);
            edited.mark_saved();
            session.refetch();
            Ok(())
        }
    });
    let fault = Signal::derive(move || {
        if is_left.get() {
            fault_of(&email.read())
        } else {
            ""
        }
    });
    let saved = edited.saved(save, Saved::Yes);
    let offered = provider.clone();
    view! {
        <Panel id="email-panel" title=say(Text::EMAIL_TITLE)>
            <p>
                {fill(
                    Text::EMAIL_INTRO,
                    &[("provider", provider.as_deref().unwrap_or(say(Text::A_PROVIDER)))],
                )}
            </p>
            <Lost profile />
            <Form id="email-form" text=say(Text::EMAIL_SAVE) busy_text=say(Text::SAVING) mutation=save saved>
                <Field
                    id="email"
                    name="email"
                    label=say(Text::EMAIL_LABEL)
                    kind=FieldKind::Email
                    value=email
                    hint=say(Text::EMAIL_HINT)
                    fault=fault
                    is_left=is_left
                />
                <Match profile email provider=offered />
            </Form>
        </Panel>
    }
}

/// Says that the address which the account claimed was confirmed as another account's.
#[component]
fn Lost(
    /// The user's record.
    profile: RwSignal<Profile>,
) -> impl IntoView {
    dynamic(move || {
        let lost = profile.read().lost_email.clone();
        lost.map(|email| {
            let text = fill(Text::EMAIL_LOST, &[("email", &email)]);
            view! {
                <p id="email-lost" class="note" role="status">
                    {text}
                </p>
            }
        })
        .into_any()
    })
}

/// What the address that is typed means at the provider.
#[component]
fn Match(
    /// The user's record.
    profile: RwSignal<Profile>,
    /// What is typed.
    email: RwSignal<String>,
    /// The name of the provider, if there is one.
    provider: Option<String>,
) -> impl IntoView {
    // A memo, so that it is announced when it changes and not with every letter.
    let lines = Memo::new(move |_| {
        matches(
            &email.read(),
            &profile.read().identities,
            provider.as_deref(),
        )
    });
    let lines = dynamic(move || {
        let line = |line| view! { <p class="hint">{line}</p> }.into_any();
        lines
            .get()
            .into_iter()
            .map(line)
            .collect::<Vec<_>>()
            .into_any()
    });
    view! {
        <div id="email-match" class="match" aria-live="polite">
            {lines}
        </div>
    }
    .into_any()
}

/// Returns a line for each identity that has an address; where there is no identity, the one on
/// the first login to come.
fn matches(typed: &str, identities: &[LinkedIdentity], provider: Option<&str>) -> Vec<String> {
    let typed = typed.trim();
    if identities.is_empty() {
        let is_fit = Email::parse(typed).is_ok();
        let line = |provider| fill(Text::EMAIL_MATCH_FIRST, &[("provider", provider)]);
        return provider.filter(|_| is_fit).map(line).into_iter().collect();
    }
    let line = |identity: &LinkedIdentity| {
        let theirs = identity.email.as_deref()?;
        let text = if is_same(Some(theirs), Some(typed)) {
            Text::EMAIL_MATCH_SAME
        } else {
            Text::EMAIL_MATCH_OTHER
        };
        let values = [("provider", identity.label.as_str()), ("email", theirs)];
        Some(fill(text, &values))
    };
    identities.iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use shared::profile::LinkedIdentity;

    use super::{fault_of, matches};

    #[test]
    fn match_follows_what_is_typed() {
        let identity = |email: Option<&str>| LinkedIdentity {
            id: String::new(),
            label: "Authentik".to_owned(),
            issuer: String::new(),
            username: None,
            email: email.map(str::to_owned),
            linked_at: 0,
            last_login_at: None,
        };
        let of = |typed: &str, identities: &[LinkedIdentity]| {
            matches(typed, identities, Some("Authentik")).join(" ")
        };
        let alice = [identity(Some("alice@example.com"))];

        assert_eq!(
            of(" Alice@example.com", &alice),
            "Authentik says alice@example.com: the same as here."
        );
        assert_eq!(
            of("bob@example.com", &alice),
            "Authentik says alice@example.com: another address than here."
        );
        assert_eq!(of("alice@example.com", &[identity(None)]), "");
        assert_eq!(
            of("alice@example.com", &[]),
            "The first login at Authentik with this address finds this account."
        );
        assert_eq!(of("alice@", &[]), "");
        assert_eq!(matches("alice@example.com", &[], None).len(), 0);
    }

    #[test]
    fn empty_clears_and_nonsense_is_named() {
        assert_eq!(fault_of(""), "");
        assert_eq!(fault_of("  "), "");
        assert_eq!(fault_of("käthe@bücher.example"), "");
        assert_ne!(fault_of("käthe@"), "");
    }
}
