//! A new account, and the link for its owner.

use leptos::prelude::*;
use shared::api::CreateUser;
use shared::field::FieldKind;
use shared::text::Text;

use crate::api;
use crate::browser;
use crate::components::choice::Choice;
use crate::components::field::Field;
use crate::components::form::Form;
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::pages::users::context::UsersContext;
use crate::pages::users::draft::{Draft, roles};
use crate::pages::users::welcome::{NewLink, ShownLink};
use crate::text::{fill, say};

/// The button that opens the form, and the form.
#[component]
pub(super) fn Create(
    /// What the page's parts share.
    context: UsersContext,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let draft = Draft::new();
    let link: NewLink = RwSignal::new(None);
    let made = RwSignal::new(String::new());
    let expanded = Signal::derive(move || if is_open.get() { "true" } else { "false" });
    let toggle = move |_| {
        is_open.update(|is_open| *is_open = !*is_open);
        if is_open.get_untracked() {
            request_animation_frame(|| {
                browser::focus("#create-username");
            });
        } else {
            // It was to be seen once.
            link.set(None);
            made.set(String::new());
        }
    };
    let panel = dynamic(move || {
        is_open
            .get()
            .then(|| view! { <CreateForm context draft link made /> })
            .into_any()
    });
    view! {
        <section class="panel create" id="create" aria-labelledby="create-title">
            <h2 id="create-title">
                <button
                    type="button"
                    class="button button-main"
                    id="create-toggle"
                    aria-expanded=expanded
                    on:click=toggle
                >
                    {say(Text::USERS_NEW)}
                </button>
            </h2>
            {panel}
        </section>
    }
    .into_any()
}

/// The form. What is typed outlives its closing.
#[component]
fn CreateForm(
    /// What the page's parts share.
    context: UsersContext,
    /// What is typed.
    draft: Draft,
    /// The link of the account that was just made.
    link: NewLink,
    /// That it was made, in words.
    made: RwSignal<String>,
) -> impl IntoView {
    let create = Mutation::new(move || {
        link.set(None);
        made.set(String::new());
        let is_fit = untrack(|| draft.is_fit(true));
        let new = untrack(|| draft.new_user());
        async move {
            if !is_fit {
                return Ok(());
            }
            let answer = context
                .confirm
                .send(api::call_with(CreateUser {}, &new))
                .await;
            let Some(answer) = draft.refuse(answer)? else {
                return Ok(());
            };
            let text = if answer.welcome.is_some() {
                Text::USERS_MADE
            } else {
                Text::USERS_MADE_NO_LINK
            };
            made.set(fill(text, &[("username", &answer.user.username)]));
            link.set(answer.welcome);
            draft.clear();
            context.created.update(|made| made.insert(0, answer.user));
            Ok(())
        }
    });
    let intro = if context.has_passwords {
        Text::USERS_NEW_INTRO
    } else {
        Text::USERS_NEW_INTRO_NO_LINK
    };
    view! {
        <p>{say(intro)}</p>
        <Form id="create-form" text=say(Text::USERS_CREATE) busy_text=say(Text::WORKING) mutation=create>
            <Field
                id="create-username"
                name="username"
                label=say(Text::USERNAME)
                kind=FieldKind::Plain
                value=draft.username
                hint=say(Text::USERS_USERNAME_HINT)
                fault=Signal::derive(move || draft.username_fault())
            />
            <Field
                id="create-email"
                name="email"
                label=say(Text::EMAIL)
                kind=FieldKind::Plain
                value=draft.email
                hint=say(context.email_hint)
                fault=Signal::derive(move || draft.email_fault())
                is_left=draft.is_email_left
            />
            <Field
                id="create-name"
                name="display_name"
                label=say(Text::NAME_LABEL)
                kind=FieldKind::Plain
                value=draft.display_name
                fault=Signal::derive(move || draft.name_fault())
            />
            <Choice
                id="create-role"
                name="role"
                label=say(Text::ROLE)
                options=roles()
                value=draft.role
                on_choose=Callback::new(move |role| draft.role.set(role))
            />
        </Form>
        <p role="status" class="saved" data-made>
            {made}
        </p>
        <ShownLink link id="create-link".to_owned() />
    }
    .into_any()
}
