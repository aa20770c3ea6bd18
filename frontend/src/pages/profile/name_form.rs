//! What the user likes to be called.

use leptos::prelude::*;
use shared::api::UpdateProfile;
use shared::error::ErrorCode;
use shared::field::FieldKind;
use shared::name::is_display_name;
use shared::profile::{Profile, ProfileUpdate};

use crate::api;
use crate::components::field::Field;
use crate::components::form::{Form, Saved};
use crate::components::unsaved::{Edited, use_unsaved};
use crate::mutation::Mutation;
use crate::pages::profile::edit_row::{EditRow, Editing, or_none_yet};
use crate::session::use_session;
use crate::text::say;
use shared::text::Text;

/// Edits the display name.
#[component]
pub(crate) fn NameForm(
    /// The user's record.
    profile: RwSignal<Profile>,
    /// The rows of the account.
    editing: Editing,
) -> impl IntoView {
    let session = use_session();
    let stored = move || profile.read().user.display_name.clone().unwrap_or_default();
    let account_id = profile.read_untracked().user.id.clone();
    let (name, edited) = use_unsaved().text("name", account_id, stored);
    let row = editing.row("name", edited);
    let fault = Signal::derive(move || {
        if is_display_name(&name.read()) {
            ""
        } else {
            say(ErrorCode::DisplayNameInvalid.message())
        }
    });
    let save = Mutation::new(move || {
        let text = name.get_untracked().trim().to_owned();
        let update = ProfileUpdate {
            email: None,
            display_name: Some(text.clone()),
        };
        async move {
            if !fault.get_untracked().is_empty() {
                return Ok(());
            }
            let answer =
                session.note_result(api::call_with(UpdateProfile {}, &update).send().await)?;
            Edited::take_over(name, &text, answer.user.display_name.as_deref());
            profile.set(answer);
            edited.mark_saved();
            row.close();
            session.refetch();
            Ok(())
        }
    });
    let saved = edited.saved(save, Saved::Yes);
    let on_cancel = Callback::new(move |()| {
        name.set(stored());
        row.close();
    });
    let form = view! {
        <Form
            id="name-form"
            text=say(Text::NAME_SAVE)
            busy_text=say(Text::SAVING)
            mutation=save
            saved
            on_cancel
        >
            <Field
                id="display-name"
                name="display_name"
                label=say(Text::NAME_LABEL)
                kind=FieldKind::Name
                value=name
                hint=say(Text::NAME_HINT)
                fault=fault
            />
        </Form>
    }
    .into_any();
    let value = Signal::derive(move || or_none_yet(stored()));
    view! { <EditRow row label=say(Text::NAME_TITLE) value saved form /> }
}
