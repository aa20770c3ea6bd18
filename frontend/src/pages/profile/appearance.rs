//! The language, and light or dark.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::text::{Language, Text};

use crate::components::inside::Panel;
use crate::components::language::LanguageSelect;
use crate::components::unsaved::use_unsaved;
use crate::preference::{self, Theme};
use crate::text::say;

/// Both choices, each of which holds as soon as it is made.
#[component]
pub(crate) fn Appearance() -> impl IntoView {
    let unsaved = use_unsaved();
    let chosen = RwSignal::new(preference::language());
    let on_choice = Callback::new(move |language: Language| {
        spawn_local(async move {
            if unsaved.may_leave().await {
                preference::use_language(language);
            } else {
                chosen.set(preference::language());
            }
        });
    });
    view! {
        <Panel id="appearance" title=say(Text::APPEARANCE_TITLE)>
            <LanguageSelect chosen on_choice />
            <Themes />
        </Panel>
    }
}

/// Light, dark, or as the system has it.
#[component]
fn Themes() -> impl IntoView {
    let current = preference::theme();
    let radio = |theme: Theme| {
        let text = match theme {
            Theme::System => Text::APPEARANCE_SYSTEM,
            Theme::Light => Text::APPEARANCE_LIGHT,
            Theme::Dark => Text::APPEARANCE_DARK,
        };
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="theme"
                    value=theme.as_str()
                    checked=theme == current
                    on:change=move |_| preference::use_theme(theme)
                />
                {say(text)}
            </label>
        }
        .into_any()
    };
    view! {
        <fieldset class="choices">
            <legend>{say(Text::APPEARANCE_THEME)}</legend>
            {Theme::ALL.map(radio).into_iter().collect::<Vec<_>>()}
        </fieldset>
    }
    .into_any()
}
