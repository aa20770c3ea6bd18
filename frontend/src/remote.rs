//! Data of the server that a page shows. A small `LocalResource`: leptos' own and `Action` would cost
//! 14 kB of the page's brotli bytes, and a copy of each for every type of answer.

use std::marker::PhantomData;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

use crate::api::{self, Raw, Request};
use crate::dynamic::effect;

/// An answer without its type: JSON, empty if nothing was asked.
type Text = api::Result<String>;

/// Data of the server, loaded when a page needs it.
pub(crate) struct Remote<T> {
    /// The answer; changes only if another one comes, so that the same one redraws nothing.
    text: RwSignal<Option<Text>>,
    /// Counts the calls of [`Remote::refetch`].
    asked: RwSignal<u32>,
    /// The type of the answer.
    answer: PhantomData<fn() -> T>,
}

impl<T> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Remote<T> {}

impl<T: DeserializeOwned + 'static> Remote<T> {
    /// Sends the request now, and again whenever a signal that it reads changes. Without a request,
    /// nothing is loaded.
    pub(crate) fn new(request: impl Fn() -> Option<Request<T>> + 'static) -> Self {
        let (text, asked) = load(Box::new(move || request().map(Request::into_raw)));
        Self {
            text,
            asked,
            answer: PhantomData,
        }
    }

    /// Returns the answer: `None` while there is none, `Some(Ok(None))` if nothing was asked.
    pub(crate) fn get(self) -> Option<api::Result<Option<T>>> {
        self.text.read().as_ref().map(|text| match text {
            Ok(text) if text.is_empty() => Ok(None),
            Ok(text) => api::read(text).map(Some),
            Err(error) => Err(error.clone()),
        })
    }

    /// Sends this request for it, and returns once the answer is there.
    pub(crate) async fn ask(self, request: Request<T>) {
        let answer = api::exchange(request.into_raw()).await;
        store(self.text, answer);
    }

    /// Loads it again; until then, the old answer stays.
    pub(crate) fn refetch(self) {
        self.asked.update(|asked| *asked += 1);
    }
}

/// Loads text. Compiled once, for all types.
fn load(request: Box<dyn Fn() -> Option<Raw>>) -> (RwSignal<Option<Text>>, RwSignal<u32>) {
    let text = RwSignal::new(None);
    let asked = RwSignal::new(0);
    let newest = StoredValue::new(0_u32);
    // A request that failed without a network is sent again when the network is back.
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
                // The answer to an older request may come after the newer one, or after the page.
                if newest.try_get_value() == Some(mine) {
                    store(text, answer);
                }
            }),
        }
    });
    (text, asked)
}

/// Stores an answer, unless it is the same as before.
fn store(text: RwSignal<Option<Text>>, answer: Text) {
    if text.read_untracked().as_ref() != Some(&answer) {
        text.set(Some(answer));
    }
}
