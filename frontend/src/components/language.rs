//! The choice of the page's language.

use leptos::prelude::*;
use shared::text::{Language, Text};

use crate::preference;
use crate::text::say;

/// A list of all languages, each by its own name.
#[component]
pub(crate) fn LanguageSelect(
    /// The choice. Whoever refuses a new one puts the old one back.
    chosen: RwSignal<Language>,
    /// Told of a new one.
    on_choice: Callback<Language>,
) -> impl IntoView {
    let current = preference::language();
    let option = |language: Language| {
        view! {
            <option
                value=language.code()
                lang=language.tag()
                dir=language.direction().as_str()
                selected=language == current
            >
                {language.own_name()}
            </option>
        }
        .into_any()
    };
    let on_change = move |event| {
        if let Some(language) = Language::parse(&event_target_value(&event)) {
            chosen.set(language);
            on_choice.run(language);
        }
    };
    view! {
        <div class="field field-language">
            <label for="language">{say(Text::LANGUAGE)}</label>
            <select
                id="language"
                prop:value=move || chosen.get().code()
                on:change=on_change
            >
                {Language::all().map(option).collect::<Vec<_>>()}
            </select>
        </div>
    }
    .into_any()
}
