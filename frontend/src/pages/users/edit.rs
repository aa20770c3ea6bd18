//! Email, name, role and state of an account.

use leptos::prelude::*;
use shared::api::UpdateUser;
use shared::field::FieldKind;
use shared::session::Role;
use shared::text::Text;

use crate::api;
use crate::components::choice::Choice;
use crate::components::field::Field;
use crate::components::form::Form;
use crate::components::unsaved::use_unsaved;
use crate::mutation::Mutation;
use crate::pages::users::context::{Account, UsersContext};
use crate::pages::users::draft::{Draft, roles};
use crate::session::use_session;
use crate::text::{fill, say};

/// The form that changes an account.
#[component]
pub(super) fn Edit(
    /// What the page's parts share.
    context: UsersContext,
    /// The account.
    account: Account,
) -> impl IntoView {
    let session = use_session();
    let id = account.entry.read_untracked().id.clone();
    let form = ["edit-", &id].concat();
    let [email_id, name_id, role_id, switch_id, hint_id] =
        ["email", "name", "role", "active", "hint"].map(|name| [&form, "-", name].concat());
    let draft = Draft::of(&account.entry.read_untracked());
    let saved = RwSignal::new(String::new());
    let is_me = context.is_me(&id);
    // Who leaves with changes is asked.
    use_unsaved().form(move || !draft.update(&account.entry.read()).1.is_empty());
    let save = Mutation::new(move || {
        saved.set(String::new());
        let is_fit = untrack(|| draft.is_fit(false));
        let (update, names) = untrack(|| draft.update(&account.entry.read()));
        let id = id.clone();
        async move {
            if !is_fit {
                return Ok(());
            }
            if names.is_empty() {
                saved.set(say(Text::USERS_NO_CHANGE).to_owned());
                return Ok(());
            }
            let endpoint = UpdateUser { id: id.clone() };
            let answer = context
                .confirm
                .send(api::call_with(endpoint, &update))
                .await;
            let Some(answer) = draft.refuse(answer)? else {
                return Ok(());
            };
            draft.take(&answer);
            account.entry.set(answer);
            saved.set(fill(Text::USERS_SAVED, &[("what", &names.join(", "))]));
            if context.is_me(&id) {
                session.refetch();
            }
            Ok(())
        }
    });
    let is_active = Signal::derive(move || !draft.is_disabled.get());
    let warning = Signal::derive(move || if is_me { warning(draft) } else { "" });
    view! {
        <Form id=form text=say(Text::USERS_SAVE) busy_text=say(Text::SAVING) mutation=save>
            <Field
                id=email_id
                name="email"
                label=say(Text::EMAIL)
                kind=FieldKind::Plain
                value=draft.email
                hint=say(context.email_hint)
                fault=Signal::derive(move || draft.email_fault())
                is_left=draft.is_email_left
            />
            <Field
                id=name_id
                name="display_name"
                label=say(Text::NAME_LABEL)
                kind=FieldKind::Plain
                value=draft.display_name
                fault=Signal::derive(move || draft.name_fault())
            />
            <Choice
                id=role_id
                name="role"
                label=say(Text::ROLE)
                options=roles()
                value=draft.role
                on_choose=Callback::new(move |role| draft.role.set(role))
                fault=Signal::derive(move || draft.role_fault())
            />
            <div class="switch">
                <input
                    id=switch_id.clone()
                    name="active"
                    type="checkbox"
                    role="switch"
                    aria-describedby=hint_id.clone()
                    prop:checked=is_active
                    on:change=move |event| draft.is_disabled.set(!event_target_checked(&event))
                />
                <label for=switch_id>{say(Text::USERS_ENABLED)}</label>
                <p class="hint" id=hint_id>
                    {say(Text::USERS_DISABLED_HINT)}
                </p>
            </div>
            <p class="warning" aria-live="polite">
                {warning}
            </p>
        </Form>
        <p role="status" class="saved">
            {saved}
        </p>
    }
    .into_any()
}

/// Returns what happens to whoever does this to the account that they sit here with.
fn warning(draft: Draft) -> &'static str {
    if draft.is_disabled.get() {
        say(Text::USERS_WARN_DISABLE_SELF)
    } else if draft.chosen_role() != Role::Admin {
        say(Text::USERS_WARN_DEMOTE_SELF)
    } else {
        ""
    }
}
