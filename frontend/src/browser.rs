//! The browser's own things that views have no words for: title, focus, the static page's end,
//! and a draft that survives the way to the provider and back.

use leptos::prelude::*;
use shared::next::with_encoded_next;
use shared::routes;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlInputElement, UrlSearchParams};

use crate::{base, brand, next};

/// Returns the element that the app is mounted to.
pub(crate) fn root() -> Option<HtmlElement> {
    element("#app")
}

/// Hides all of the page, or shows it. What has the focus keeps it.
pub(crate) fn veil(is_veiled: bool) {
    if let Some(html) = document().document_element() {
        // The attribute's name is valid, so this cannot fail.
        let _ = html.toggle_attribute_with_force("data-veiled", is_veiled);
    }
}

/// Takes everything off the page.
pub(crate) fn clear() {
    if let Some(root) = root() {
        root.remove();
    }
}

/// Does anybody see the page?
pub(crate) fn is_in_sight() -> bool {
    !document().hidden()
}

/// Tells tests and tools that the app is mounted.
pub(crate) fn mark_ready() {
    if let Some(body) = document().body() {
        // The attribute's name is valid, so this cannot fail.
        let _ = body.set_attribute("data-app", "ready");
    }
}

/// Returns the first element that matches, if it is an HTML element.
fn element(selector: &str) -> Option<HtmlElement> {
    document()
        .query_selector(selector)
        .ok()
        .flatten()?
        .dyn_into()
        .ok()
}

/// Hands over what was typed into the static page: up to now, the app was not to be seen.
fn take_over_text() {
    for input in elements("#static input[name]") {
        let typed = input.dyn_into::<HtmlInputElement>().ok();
        let Some(typed) = typed.filter(|typed| !typed.value().is_empty()) else {
            continue;
        };
        let same = element(&format!("#app input[name={}]", typed.name()));
        let Some(same) = same.and_then(|same| same.dyn_into::<HtmlInputElement>().ok()) else {
            continue;
        };
        same.set_value(&typed.value());
        // As if it had been typed here. Neither call fails for an event of this name.
        let bubbles = web_sys::EventInit::new();
        bubbles.set_bubbles(true);
        if let Ok(event) = web_sys::Event::new_with_event_init_dict("input", &bubbles) {
            let _ = same.dispatch_event(&event);
        }
    }
}

/// A page has something to show: sets the title, ends the static page, moves the focus.
///
/// The focus goes where it was on the static page; else to the page's first field, but under a
/// finger, where the keyboard would come with it; else, after a navigation, to the heading, so that a
/// screen reader says where we are.
pub(crate) fn arrive(title: &str) {
    document().set_title(&[title, " – ", &brand::name()].concat());
    let is_first = match (element("#static"), root()) {
        (Some(placeholder), Some(root)) => {
            let focused = focused();
            take_over_text();
            root.set_hidden(false);
            placeholder.remove();
            if focused.is_some_and(|same| focus(&same)) {
                return;
            }
            true
        }
        _ => false,
    };
    if !focus("html:not([data-touch]) #app [data-autofocus]:not(dialog *)") && !is_first {
        focus("#app h1");
    }
}

/// Returns the selector of the app's input or link for that of the static page that has the focus.
fn focused() -> Option<String> {
    let active = document().active_element()?;
    active.closest("#static").ok().flatten()?;
    ["name", "href"].into_iter().find_map(|attribute| {
        let value = active.get_attribute(attribute)?;
        Some(["#app [", attribute, "='", &value, "']"].concat())
    })
}

/// Focuses the first element that matches, and tells whether there is one.
pub(crate) fn focus(selector: &str) -> bool {
    element(selector).is_some_and(|element| element.focus().is_ok())
}

/// Returns the elements that match.
fn elements(selector: &str) -> Vec<HtmlElement> {
    let Ok(list) = document().query_selector_all(selector) else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|index| list.get(index)?.dyn_into().ok())
        .collect()
}

/// Returns the metas with the colors that the browser uses around the page.
pub(crate) fn theme_colors() -> Vec<HtmlElement> {
    elements("meta[name=theme-color]")
}

/// A field with a fault, as the page shows it.
#[derive(Clone)]
pub(crate) struct FieldFault {
    /// The field's id.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) label: String,
    /// What is wrong.
    pub(crate) text: String,
}

/// Returns the fields with a fault of the form with that id, from the top.
pub(crate) fn faults(form: &str) -> Vec<FieldFault> {
    let text = |selector: String| {
        element(&selector)
            .and_then(|element| element.text_content())
            .unwrap_or_default()
    };
    elements(&["#", form, " [aria-invalid]"].concat())
        .into_iter()
        .map(|field| {
            let id = field.id();
            FieldFault {
                label: text(["label[for='", &id, "']"].concat()),
                text: text(["#", &id, "-fault"].concat()),
                id,
            }
        })
        .collect()
}

/// Returns the place of an element among those that match; `None` where it is not there.
pub(crate) fn place_among(selector: &str, element: &str) -> Option<usize> {
    let element = self::element(element)?;
    elements(selector).iter().position(|one| *one == element)
}

/// Focuses the element at that place among those that match, else the last; tells whether there is
/// one.
pub(crate) fn focus_place(selector: &str, place: usize) -> bool {
    let elements = elements(selector);
    let element = elements.get(place).or(elements.last());
    element.is_some_and(|element| element.focus().is_ok())
}

/// Returns a text in lower case. The browser knows how; Rust's tables would be 7 kB of the page.
pub(crate) fn lower_case(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// Returns the whole address.
pub(crate) fn href() -> String {
    window().location().href().unwrap_or_default()
}

/// Does the browser believe that it has a network?
pub(crate) fn is_online() -> bool {
    window().navigator().on_line()
}

/// Selects a field's text and copies it, and tells whether the browser let us.
///
/// By the old way, which works on a site without https as well; the newer `navigator.clipboard`
/// does not.
pub(crate) fn copy(field: &HtmlInputElement) -> bool {
    field.select();
    let document: Option<web_sys::HtmlDocument> = document().dyn_into().ok();
    document.is_some_and(|document| document.exec_command("copy").unwrap_or_default())
}

/// Returns the address's route, without a slash too many at its end.
pub(crate) fn path() -> String {
    let path = window().location().pathname().unwrap_or_default();
    routes::without_last_slash(base::route(&path)).to_owned()
}

/// Returns a parameter of the address's query.
pub(crate) fn query(name: &str) -> Option<String> {
    let search = window().location().search().ok()?;
    let query = with_encoded_next(search.trim_start_matches('?'));
    UrlSearchParams::new_with_str(&query).ok()?.get(name)
}

/// Returns the address's fragment, without its sign.
pub(crate) fn fragment() -> String {
    let fragment = window().location().hash().unwrap_or_default();
    fragment.trim_start_matches('#').to_owned()
}

/// Loads the page at this address anew, as soon as the browser has come to rest on it.
pub(crate) fn reload() {
    request_animation_frame(|| {
        // Nothing can be done where even that is refused.
        let _ = window().location().reload();
    });
}

/// How long a page waits to be left, in milliseconds, before it is of use again: its user may have
/// stopped the browser.
const LEAVING_MS: i32 = 5_000;

/// Goes to a path or URL that the server or [`next::local_path`](crate::next::local_path) has
/// vouched for, and waits, as what led here is not over before the page is left. Goes on if that
/// does not happen, or when the browser brings the page back just as it was.
pub(crate) async fn go(target: &str, place: History) {
    let location = window().location();
    let is_going = if place == History::Replace {
        location.replace(target)
    } else {
        location.assign(target)
    };
    // An URL that does not parse.
    if is_going.is_err() {
        return;
    }
    let back = js_sys::Promise::new(&mut |resolve, _| {
        let window = window();
        // Neither call fails for a function.
        let _ = window.add_event_listener_with_callback("pageshow", &resolve);
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, LEAVING_MS);
    });
    // It is never rejected.
    let _ = JsFuture::from(back).await;
}

/// Goes to `target` after a login, by way of the server's check that the browser kept the cookie.
pub(crate) async fn enter(target: &str) {
    go(&next::cookie_check_href(target), History::Replace).await;
}

/// Returns the origin under which the page was opened.
pub(crate) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// What becomes of the present page's place in the browser's history.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum History {
    /// Back leads here again.
    Keep,
    /// Back leads past this page, which would only send the browser away again.
    Replace,
}

/// Returns the page's language, as the document says it.
pub(crate) fn language() -> String {
    document()
        .document_element()
        .and_then(|html| html.get_attribute("lang"))
        .unwrap_or_else(|| "en".to_owned())
}

/// Returns the text of a time for people, in the page's language: date and time, or the time
/// alone where the date goes without saying.
pub(crate) fn time_text(unix_seconds: i64, form: TimeForm) -> String {
    #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^53")]
    let date = js_sys::Date::new(&JsValue::from_f64(unix_seconds as f64 * 1000.0));
    match form {
        TimeForm::HourMinute => format!("{:02}:{:02}", date.get_hours(), date.get_minutes()),
        TimeForm::Both => date
            .to_locale_string(&language(), &JsValue::UNDEFINED)
            .into(),
    }
}

/// Returns the time, in Unix seconds.
pub(crate) fn now() -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since 1970 are far below 2^63"
    )]
    let milliseconds = js_sys::Date::now() as i64;
    milliseconds / 1000
}

/// Returns how far away a number of units is, in the page's language: `2 minutes ago`, or `now`.
pub(crate) fn relative_time(count: i64, unit: &str) -> String {
    use js_sys::Intl::{RelativeTimeFormat, RelativeTimeFormatNumeric, RelativeTimeFormatOptions};

    let options = RelativeTimeFormatOptions::new();
    options.set_numeric(RelativeTimeFormatNumeric::Auto);
    let locales = js_sys::Array::of1(&language().into());
    #[expect(clippy::cast_precision_loss, reason = "units are far below 2^53")]
    let count = count as f64;
    RelativeTimeFormat::new(&locales, &options)
        .format(count, unit)
        .into()
}

/// Returns how long ago a time is, in Unix seconds: `2 minutes ago`. `boot.js` knows how.
pub(crate) fn time_ago(unix_seconds: i64) -> String {
    let ago = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str("posternAgo"));
    let ago: Option<js_sys::Function> = ago.ok().and_then(|ago| ago.dyn_into().ok());
    #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^53")]
    let at = JsValue::from_f64(unix_seconds as f64);
    let text = ago.and_then(|ago| ago.call1(&JsValue::UNDEFINED, &at).ok());
    text.and_then(|text| text.as_string()).unwrap_or_default()
}

/// How much of a time is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeForm {
    /// `14:05`.
    HourMinute,
    /// Date and time.
    Both,
}

/// Texts that were typed but not saved, while the browser is away at the provider. In
/// `sessionStorage`, so they stay in this tab; bound to the account, so that they are not offered
/// to whoever comes back instead.
pub(crate) mod draft {
    use leptos::prelude::window;

    /// Returns the storage key of the text of that name.
    fn key(name: &str) -> String {
        ["postern.", name].concat()
    }

    /// Keeps the text for that account.
    pub(crate) fn keep(name: &str, account_id: &str, text: &str) {
        if let Some(storage) = storage() {
            // Full or forbidden storage only costs the convenience.
            let _ = storage.set_item(&key(name), &[account_id, "\n", text].concat());
        }
    }

    /// Forgets it.
    pub(crate) fn forget(name: &str) {
        if let Some(storage) = storage() {
            let _ = storage.remove_item(&key(name));
        }
    }

    /// Returns that account's text and forgets it.
    pub(crate) fn take(name: &str, account_id: &str) -> Option<String> {
        let kept = storage()?.get_item(&key(name)).ok().flatten()?;
        forget(name);
        let (owner, text) = kept.split_once('\n')?;
        (owner == account_id).then(|| text.to_owned())
    }

    /// Returns this tab's storage, if the browser allows it.
    fn storage() -> Option<web_sys::Storage> {
        window().session_storage().ok().flatten()
    }
}

/// What the tabs of one browser tell each other.
pub(crate) mod tabs {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast as _;
    use web_sys::StorageEvent;

    /// What is written at each logout.
    const LOGGED_OUT: &str = "postern.logged-out";

    /// Tells the other tabs that their user has logged out.
    pub(crate) fn tell_logout() {
        if let Ok(Some(storage)) = window().local_storage() {
            // Other tabs hear of changes alone. Without storage, they ask when they come into sight.
            let now = String::from(js_sys::Date::new_0().to_iso_string());
            let _ = storage.set_item(LOGGED_OUT, &now);
        }
    }

    /// Does something when the user has logged out in another tab.
    pub(crate) fn on_logout(act: impl Fn() + 'static) {
        window_event_listener_untyped("storage", move |event| {
            let key = event.unchecked_ref::<StorageEvent>().key();
            if key.as_deref() == Some(LOGGED_OUT) {
                act();
            }
        });
    }
}
