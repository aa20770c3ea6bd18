//! What a page shows and the server has. A `LocalResource` in small: that, and `Action`, would cost
//! 14 kB of the page's brotli bytes, and a copy of each for every type of answer.

use std::marker::PhantomData;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

use crate::api::{self, Raw, Request};
use crate::dynamic::effect;

/// An answer without its type: JSON, empty where nothing was asked.
type Text = api::Result<String>;

/// Something that the server has, loaded when a page needs it.
pub(crate) struct Remote<T> {
    /// The answer; changes only when another one comes, so that nothing is drawn anew for the same.
    text: RwSignal<Option<Text>>,
    /// Counts what was asked for by hand.
    asked: RwSignal<u32>,
    /// What it is.
    answer: PhantomData<fn() -> T>,
}

impl<T> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Remote<T> {}

impl<T: DeserializeOwned + 'static> Remote<T> {
    /// Sends the request now, and again whenever a signal that it is made from changes. Without a
    /// request there is nothing to load.
    pub(crate) fn new(request: impl Fn() -> Option<Request<T>> + 'static) -> Self {
        let (text, asked) = load(Box::new(move || request().map(Request::into_raw)));
        Self {
            text,
            asked,
            answer: PhantomData,
        }
    }

    /// Returns the answer: `None` while there is none, `Some(Ok(None))` where nothing was asked.
    pub(crate) fn get(self) -> Option<api::Result<Option<T>>> {
        self.text.read().as_ref().map(|text| match text {
            Ok(text) if text.is_empty() => Ok(None),
            Ok(text) => api::read(text).map(Some),
            Err(error) => Err(error.clone()),
        })
    }

    /// Loads it again; until then, the old answer stays.
    pub(crate) fn refetch(self) {
        self.asked.update(|asked| *asked += 1);
    }
}

/// Loads text. Is compiled once, for all types.
fn load(request: Box<dyn Fn() -> Option<Raw>>) -> (RwSignal<Option<Text>>, RwSignal<u32>) {
    let text = RwSignal::new(None);
    let asked = RwSignal::new(0);
    let newest = StoredValue::new(0_u32);
    // What could not be loaded without a network is loaded as soon as there is one again.
    let listener = window_event_listener_untyped("online", move |_| {
        if matches!(*text.read_untracked(), Some(Err(api::Error::Offline))) {
            asked.update(|asked| *asked += 1);
        }
    });
    on_cleanup(move || listener.remove());
    effect(move || {
        asked.track();
        newest.update_value(|newest| *newest += 1);
        let mine = newest.get_value();
        match request() {
            None => store(text, Ok(String::new())),
            Some(raw) => spawn_local(async move {
                let answer = api::exchange(raw).await;
                // An older question's answer may come after a newer one's; or after the page.
                if newest.try_get_value() == Some(mine) {
                    store(text, answer);
                }
            }),
        }
    });
    (text, asked)
}

/// Stores an answer, unless it is the one that is there.
fn store(text: RwSignal<Option<Text>>, answer: Text) {
    if text.read_untracked().as_ref() != Some(&answer) {
        text.set(Some(answer));
    }
}
