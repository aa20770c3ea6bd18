//! The account's email address, and what it is for.

use leptos::prelude::*;
use shared::api::UpdateProfile;
use shared::email::Email;
use shared::error::ErrorCode;
use shared::field::FieldKind;
use shared::profile::{Profile, ProfileUpdate};

use crate::api;
use crate::components::confirm::Confirm;
use crate::components::field::Field;
use crate::components::form::{Form, Saved};
use crate::components::unsaved::{Edited, use_unsaved};
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::pages::profile::edit_row::{EditRow, Editing, or_none_yet};
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
    /// The rows of the account.
    editing: Editing,
    /// The name of the provider, if that finds the account by the address.
    provider: Option<String>,
) -> impl IntoView {
    let session = use_session();
    let account_id = profile.read_untracked().user.id.clone();
    let stored = move || profile.read().user.email.clone().unwrap_or_default();
    let (email, edited) = use_unsaved().text("email", account_id, stored);
    let row = editing.row("email", edited);
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
            row.close();
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
    let on_cancel = Callback::new(move |()| {
        email.set(stored());
        is_left.set(false);
        row.close();
    });
    let label = provider.clone();
    let purpose = dynamic(move || purpose(&profile.read(), label.as_deref()).into_any());
    let hint = view! {
        <p class="hint">{purpose}</p>
        <Lost profile />
    }
    .into_any();
    let form = view! {
        <Form
            id="email-form"
            text=say(Text::EMAIL_SAVE)
            busy_text=say(Text::SAVING)
            mutation=save
            saved
            on_cancel
        >
            <Field
                id="email"
                name="email"
                label=say(Text::EMAIL_LABEL)
                kind=FieldKind::Email
                value=email
                hint=say(Text::OPTIONAL)
                fault=fault
                is_left=is_left
            />
        </Form>
    }
    .into_any();
    let value = Signal::derive(move || or_none_yet(stored()));
    view! { <EditRow row label=say(Text::EMAIL_TITLE) value hint saved form /> }
}

/// Returns what the address is for, in this account.
fn purpose(profile: &Profile, provider: Option<&str>) -> String {
    match (profile.identities.first(), provider) {
        (Some(identity), _) => fill(Text::EMAIL_CONNECTED, &[("provider", &identity.label)]),
        (None, Some(provider)) => fill(Text::EMAIL_CONNECTS, &[("provider", provider)]),
        (None, None) => say(Text::EMAIL_SEEN).to_owned(),
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
                <p id="email-lost" class="note note-warn" role="status">
                    {text}
                </p>
            }
        })
        .into_any()
    })
}

#[cfg(test)]
mod tests {
    use super::fault_of;

    #[test]
    fn empty_clears_and_nonsense_is_named() {
        assert_eq!(fault_of(""), "");
        assert_eq!(fault_of("  "), "");
        assert_eq!(fault_of("käthe@bücher.example"), "");
        assert_ne!(fault_of("käthe@"), "");
    }
}
