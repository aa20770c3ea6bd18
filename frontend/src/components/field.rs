//! One line of text with its label, its help and its fault.

use crate::text::{fill, say};
use leptos::ev;
use leptos::prelude::*;
use shared::field::FieldKind;
use shared::text::Text;
use wasm_bindgen::JsCast;

/// A labeled input. Passwords can be shown, and warn of caps lock.
#[component]
pub(crate) fn Field(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The form's name for it.
    name: &'static str,
    /// What people call it.
    label: &'static str,
    /// What it holds.
    kind: FieldKind,
    /// Its text.
    value: RwSignal<String>,
    /// Help that always stands below it.
    #[prop(optional)]
    hint: &'static str,
    /// What is wrong with the text; empty if nothing is.
    #[prop(optional)]
    fault: Signal<&'static str>,
    /// Becomes true when the user leaves the field with another text.
    #[prop(optional)]
    is_left: RwSignal<bool>,
    /// Does the focus go here when the page or the dialog arrives? Not by `autofocus`, which browsers follow
    /// under a finger as well.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let (fault_id, hint_id) = ([&id, "-fault"].concat(), [&id, "-hint"].concat());
    let described_by = [&fault_id, " ", &hint_id].concat();
    let is_shown = RwSignal::new(!kind.is_secret());
    let has_caps = RwSignal::new(false);
    // Autofill sends events of these names that are no keyboard events.
    let watch = move |event: ev::KeyboardEvent| {
        if let Some(event) = event.dyn_ref::<web_sys::KeyboardEvent>() {
            has_caps.set(kind.is_secret() && event.get_modifier_state("CapsLock"));
        }
    };
    let told = Signal::derive(move || match fault.get() {
        "" if has_caps.get() => say(Text::CAPS_LOCK),
        fault => fault,
    });
    let input_type = Signal::derive(move || if is_shown.get() { "text" } else { "password" });
    let invalid = Signal::derive(move || (!fault.get().is_empty()).then_some("true"));
    view! {
        <div class=if kind == FieldKind::Email { "field field-email" } else { "field" }>
            <label for=id.clone()>{label}</label>
            <div class="reveal">
                <input
                    id=id
                    name=name
                    type=input_type
                    autocomplete=kind.autocomplete()
                    inputmode=kind.input_mode()
                    autocapitalize=kind.autocapitalize()
                    spellcheck="false"
                    dir=kind.direction()
                    data-autofocus=autofocus
                    aria-invalid=invalid
                    aria-describedby=described_by
                    prop:value=value
                    on:input=move |event| value.set(event_target_value(&event))
                    on:keydown=watch
                    on:keyup=watch
                    on:blur=move |_| has_caps.set(false)
                    on:change=move |_| is_left.set(true)
                />
                {kind.is_secret().then(|| view! { <Reveal label is_shown /> })}
            </div>
            <p class="hint" id=hint_id>
                {hint}
            </p>
            <p class="fault" id=fault_id aria-live="polite">
                {told}
            </p>
        </div>
    }
    .into_any()
}

/// The button that shows a password.
#[component]
fn Reveal(
    /// What people call the field.
    label: &'static str,
    /// Is it shown?
    is_shown: RwSignal<bool>,
) -> impl IntoView {
    let text = Signal::derive(move || {
        say(if is_shown.get() {
            Text::HIDE
        } else {
            Text::SHOW
        })
    });
    let name = Signal::derive(move || {
        let text = if is_shown.get() {
            Text::HIDE_FIELD
        } else {
            Text::SHOW_FIELD
        };
        fill(text, &[("field", label)])
    });
    view! {
        <button
            type="button"
            class="reveal-toggle"
            aria-label=name
            on:click=move |_| is_shown.update(|is_shown| *is_shown = !*is_shown)
        >
            {text}
        </button>
    }
    .into_any()
}
