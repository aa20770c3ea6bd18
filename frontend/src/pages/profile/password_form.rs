//! The account's password: changed with the one so far, or set for the first time.

use leptos::prelude::*;
use shared::api::ChangePassword;
use shared::error::ErrorCode;
use shared::field::FieldKind;
use shared::name::is_new_password;
use shared::profile::{PasswordChange, Profile};
use shared::session::SessionEntry;

use crate::api;
use crate::browser;
use crate::components::confirm::Confirm;
use crate::components::field::Field;
use crate::components::form::{Form, KnownUsername, Saved};
use crate::components::unsaved::use_unsaved;
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::pages::profile::edit_row::{EditRow, Editing};
use crate::remote::Remote;
use crate::text::say;
use shared::text::Text;

/// The row with the form.
#[component]
pub(crate) fn PasswordForm(
    /// The user's record.
    profile: RwSignal<Profile>,
    /// Asks for a confirmation where the server wants one.
    confirm: Confirm,
    /// The other logins, which end.
    sessions: Remote<Vec<SessionEntry>>,
    /// The rows of the account.
    editing: Editing,
    /// Can one log in without a password?
    has_provider: bool,
) -> impl IntoView {
    let has_password = Memo::new(move |_| profile.read().user.has_password);
    let username = profile.read_untracked().user.username.clone();
    let current = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let is_tried = RwSignal::new(false);
    let fault_of_new = move || fault_of_new(&new.read());
    let fault_of_current = move || {
        if has_password.get() && current.read().is_empty() {
            say(Text::REQUIRED)
        } else {
            ""
        }
    };
    let edited = use_unsaved().form(move || !current.read().is_empty() || !new.read().is_empty());
    let row = editing.row("password", edited);
    let save = Mutation::new(move || {
        let change = PasswordChange {
            current: has_password
                .get_untracked()
                .then(|| current.get_untracked()),
            new: new.get_untracked(),
        };
        is_tried.set(true);
        let is_fit = untrack(|| fault_of_new().is_empty() && fault_of_current().is_empty());
        async move {
            if !is_fit {
                return Ok(());
            }
            let answer = confirm
                .send(api::call_with(ChangePassword {}, &change))
                .await;
            if answer
                .as_ref()
                .is_err_and(|error| error.is(ErrorCode::PasswordWrong))
            {
                browser::focus("#password-form input[name=current]");
            }
            answer?;
            is_tried.set(false);
            current.set(String::new());
            new.set(String::new());
            profile.update(|profile| profile.user.has_password = true);
            edited.mark_saved();
            row.close();
            sessions.refetch();
            Ok(())
        }
    });
    let saved = edited.saved(save, Saved::AndOthersEnded);
    let intro = Signal::derive(move || intro(has_password.get(), has_provider));
    let current_field = dynamic(move || {
        let field = || {
            view! {
                <Field
                    id="current-password"
                    name="current"
                    label=say(Text::PASSWORD_CURRENT)
                    kind=FieldKind::CurrentPassword
                    value=current
                    fault=Signal::derive(move || if is_tried.get() { fault_of_current() } else { "" })
                />
            }
        };
        has_password.get().then(field).into_any()
    });
    let on_cancel = Callback::new(move |()| {
        current.set(String::new());
        new.set(String::new());
        is_tried.set(false);
        row.close();
    });
    let form = view! {
        <Form
            id="password-form"
            text=say(Text::PASSWORD_SAVE)
            busy_text=say(Text::SAVING)
            mutation=save
            saved
            on_cancel
        >
            <p class="hint">{intro}</p>
            <KnownUsername username />
            {current_field}
            <Field
                id="new-password"
                name="new"
                label=say(Text::PASSWORD_NEW)
                kind=FieldKind::NewPassword
                value=new
                hint=say(Text::PASSWORD_HINT)
                fault=Signal::derive(move || if is_tried.get() { fault_of_new() } else { "" })
            />
        </Form>
    }
    .into_any();
    let value = Signal::derive(move || state(has_password.get()).to_owned());
    view! { <EditRow row label=say(Text::PASSWORD_TITLE) value saved form /> }
}

/// Says what is wrong with a new password; empty if nothing is.
fn fault_of_new(password: &str) -> &'static str {
    if is_new_password(password) {
        ""
    } else {
        say(ErrorCode::PasswordUnfit.message())
    }
}

/// Says what the form does.
fn intro(has_password: bool, has_provider: bool) -> &'static str {
    match (has_password, has_provider) {
        (true, _) => say(Text::PASSWORD_CHANGE_INTRO),
        (false, true) => say(Text::PASSWORD_FIRST_INTRO),
        (false, false) => "",
    }
}

/// Says whether there is a password.
fn state(has_password: bool) -> &'static str {
    say(if has_password {
        Text::PASSWORD_SET
    } else {
        Text::NONE_YET
    })
}
