//! The link by which an account's owner sets a password: made, shown once, copied.

use leptos::html;
use leptos::prelude::*;
use shared::api::CreateWelcomeLink;
use shared::text::Text;
use shared::users::WelcomeLink;

use crate::api;
use crate::browser::{self, TimeForm};
use crate::components::form::busy;
use crate::components::problem::ProblemNote;
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::pages::users::context::{Account, UsersContext};
use crate::text::{fill, say};

/// A link that was just made. It is nowhere else: whoever has it has the account.
pub(super) type NewLink = RwSignal<Option<WelcomeLink>>;

/// The button that makes a link, and the link.
#[component]
pub(super) fn CreateLink(
    /// What the page's parts share.
    context: UsersContext,
    /// The account.
    account: Account,
) -> impl IntoView {
    if !context.has_passwords {
        return view! { <p class="hint">{say(Text::USERS_LINK_OFF)}</p> }.into_any();
    }
    let id = account.entry.read_untracked().id.clone();
    let field_id = ["link-", &id].concat();
    let link: NewLink = RwSignal::new(None);
    let make = Mutation::new(move || {
        let id = id.clone();
        async move {
            let answer = context
                .confirm
                .send(api::call(CreateWelcomeLink { id }))
                .await?;
            let until = answer.expires_at;
            link.set(Some(answer));
            account
                .entry
                .update(|entry| entry.welcome_until = Some(until));
            Ok(())
        }
    });
    let words = move |welcome, reset| {
        Signal::derive(move || {
            let has_password = account.entry.read().has_password;
            say(if has_password { reset } else { welcome })
        })
    };
    let text = words(Text::USERS_MAKE_WELCOME, Text::USERS_MAKE_RESET);
    let told = Signal::derive(move || {
        link.read()
            .as_ref()
            .map_or("", |_| say(Text::USERS_LINK_MADE))
    });
    let hint = words(Text::USERS_WELCOME_HINT, Text::USERS_RESET_HINT);
    let is_disabled = Memo::new(move |_| account.entry.read().disabled);
    let button = dynamic(move || {
        if is_disabled.get() {
            return view! { <p class="hint">{say(Text::USERS_LINK_DISABLED)}</p> }.into_any();
        }
        view! {
            <p class="hint">{hint}</p>
            <button
                type="button"
                class="button"
                data-make-link
                aria-disabled=busy(make)
                on:click=move |_| make.start()
            >
                {text}
            </button>
            <ProblemNote mutation=make />
        }
        .into_any()
    });
    view! {
        <div class="part">
            <h3>{say(Text::PASSWORD)}</h3>
            {button}
            <p role="status" class="saved">
                {told}
            </p>
            <ShownLink link id=field_id />
        </div>
    }
    .into_any()
}

/// A link, once there is one.
#[component]
pub(super) fn ShownLink(
    /// The link.
    link: NewLink,
    /// The field's id.
    id: String,
) -> impl IntoView {
    dynamic(move || {
        let id = id.clone();
        link.get()
            .map(|link| view! { <LinkField link id /> })
            .into_any()
    })
}

/// The link, how long it works, and the button that copies it.
#[component]
fn LinkField(
    /// The link.
    link: WelcomeLink,
    /// The field's id.
    id: String,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let copied = RwSignal::new("");
    let copy = move |_| {
        let is_copied = field
            .get_untracked()
            .is_some_and(|field| browser::copy(&field));
        copied.set(say(if is_copied {
            Text::COPIED
        } else {
            Text::USERS_LINK_COPY_SELF
        }));
    };
    let until = browser::time_text(link.expires_at, TimeForm::Both);
    let hint_id = [&id, "-hint"].concat();
    view! {
        <div class="note note-good link-field">
            <label for=id.clone()>{say(Text::USERS_LINK)}</label>
            <div class="row">
                <input
                    node_ref=field
                    id=id
                    data-link
                    type="text"
                    dir="ltr"
                    readonly
                    aria-describedby=hint_id.clone()
                    prop:value=link.url
                    on:focus=move |_| {
                        if let Some(field) = field.get_untracked() {
                            field.select();
                        }
                    }
                />
                <button type="button" class="button" data-copy on:click=copy>
                    {say(Text::COPY)}
                </button>
                <span role="status">{copied}</span>
            </div>
            <p id=hint_id>{fill(Text::USERS_LINK_UNTIL, &[("time", &until)])}</p>
            <p>{say(Text::USERS_LINK_CARE)}</p>
        </div>
    }
    .into_any()
}
