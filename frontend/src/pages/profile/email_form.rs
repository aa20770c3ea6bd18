//! The account's email address, and what it is for.

use leptos::prelude::*;
use shared::email::Email;
use shared::error::ErrorCode;
use shared::profile::{Profile, ProfileUpdate};

use crate::api;
use crate::browser::{self, draft};
use crate::components::confirm::Confirm;
use crate::components::field::{Field, Kind};
use crate::components::form::{Form, Saved};
use crate::components::inside::Panel;
use crate::deed::Deed;
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
    let account_id = profile.read_untracked().user.id.clone();
    let stored = move || profile.read().user.email.clone().unwrap_or_default();
    let draft = draft::take(&account_id);
    let has_draft = draft.is_some();
    let email = RwSignal::new(draft.unwrap_or_else(|| untrack(stored)));
    let is_left = RwSignal::new(false);

    let save = Deed::new(move || {
        let account_id = account_id.clone();
        let text = email.get_untracked().trim().to_owned();
        is_left.set(true);
        async move {
            if !fault_of(&text).is_empty() {
                browser::focus_fault("#email-form");
                return Ok(());
            }
            // The confirmation may lead to the provider, and this page with all its text away.
            draft::keep(&account_id, &text);
            let update = ProfileUpdate {
                email: Some(text),
                display_name: None,
            };
            let answer = confirm.send(api::update_profile(&update)).await;
            draft::forget();
            let answer = answer?;
            email.set(answer.user.email.clone().unwrap_or_default());
            profile.set(answer);
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
    let saved = Signal::derive(move || {
        if *email.read() == stored() {
            if save.is_done() {
                Saved::Yes
            } else {
                Saved::Unsaid
            }
        } else if has_draft && save.is_untried() {
            Saved::NotYet
        } else {
            Saved::Unsaid
        }
    });
    view! {
        <Panel id="email-panel" title=say(Text::EMAIL_TITLE)>
            <p>
                {fill(
                    Text::EMAIL_INTRO,
                    &[("provider", provider.as_deref().unwrap_or(say(Text::A_PROVIDER)))],
                )}
            </p>
            <Form id="email-form" text=say(Text::EMAIL_SAVE) busy_text=say(Text::SAVING) deed=save saved>
                <Field
                    id="email"
                    name="email"
                    label=say(Text::EMAIL_LABEL)
                    kind=Kind::Email
                    value=email
                    hint=say(Text::EMAIL_HINT)
                    fault=fault
                    is_left=is_left
                />
            </Form>
        </Panel>
    }
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
