//! One of a few things, with its label.

use leptos::prelude::*;

/// What can be chosen: the value, and what people call it.
pub(crate) type Options = Vec<(String, String)>;

/// A labeled select.
#[component]
pub(crate) fn Choice(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The form's name for it.
    name: &'static str,
    /// What people call it.
    label: &'static str,
    /// What there is to choose from.
    options: Options,
    /// What is chosen.
    #[prop(into)]
    value: Signal<String>,
    /// Told of another choice.
    on_choose: Callback<String>,
    /// What is wrong with the choice, or follows from it; empty for nothing.
    #[prop(optional)]
    fault: Signal<&'static str>,
) -> impl IntoView {
    let fault_id = [&id, "-fault"].concat();
    let invalid = Signal::derive(move || (!fault.get().is_empty()).then_some("true"));
    let options = options
        .into_iter()
        .map(|(option, text)| {
            let own = option.clone();
            let is_chosen = Signal::derive(move || *value.read() == own);
            view! {
                <option value=option prop:selected=is_chosen>
                    {text}
                </option>
            }
            .into_any()
        })
        .collect::<Vec<_>>();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select
                id=id
                name=name
                aria-invalid=invalid
                aria-describedby=fault_id.clone()
                on:change=move |event| on_choose.run(event_target_value(&event))
            >
                {options}
            </select>
            <p class="fault" id=fault_id aria-live="polite">
                {fault}
            </p>
        </div>
    }
    .into_any()
}
