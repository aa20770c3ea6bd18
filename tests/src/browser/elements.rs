//! What a person sees on a page, and what they do there.

use anyhow::Result;
use thirtyfour::TypingData;
use thirtyfour::prelude::*;

use crate::browser::chromium::Browser;

impl Browser {
    /// Returns true if such an element is displayed.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn has(&self, css: &str) -> Result<bool> {
        for element in self.driver.find_all(By::Css(css)).await? {
            // An element that went away between the two questions is not displayed.
            if element.is_displayed().await.unwrap_or(false) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Waits until an element is displayed.
    ///
    /// # Errors
    /// It does not come; the message carries what the page shows instead.
    pub async fn wait_for(&self, css: &str) -> Result<()> {
        self.watch(css, async || Ok(self.has(css).await?.then_some(())))
            .await
    }

    /// Waits until no such element is displayed.
    ///
    /// # Errors
    /// It stays.
    pub async fn wait_until_gone(&self, css: &str) -> Result<()> {
        let what = format!("{css} to go away");
        self.watch(&what, async || Ok((!self.has(css).await?).then_some(())))
            .await
    }

    /// Returns an element's text, as soon as it is displayed and has one.
    ///
    /// # Errors
    /// It does not come.
    pub async fn text(&self, css: &str) -> Result<String> {
        let what = format!("the text of {css}");
        self.watch(&what, async || {
            let text = self.driver.find(By::Css(css)).await?.text().await?;
            Ok((!text.is_empty()).then_some(text))
        })
        .await
    }

    /// Waits until an element's text contains `part`.
    ///
    /// # Errors
    /// It does not.
    pub async fn wait_for_text(&self, css: &str, part: &str) -> Result<()> {
        let what = format!("{part:?} in {css}");
        self.watch(&what, async || {
            let text = self.driver.find(By::Css(css)).await?.text().await?;
            Ok(text.contains(part).then_some(()))
        })
        .await
    }

    /// Returns an attribute of the first such element.
    ///
    /// # Errors
    /// The element does not come, or has no such attribute.
    pub async fn attribute(&self, css: &str, name: &str) -> Result<String> {
        let what = format!("{name} of {css}");
        self.watch(&what, async || {
            Ok(self.driver.find(By::Css(css)).await?.attr(name).await?)
        })
        .await
    }

    /// Returns what an input holds.
    ///
    /// # Errors
    /// There is no such input.
    pub async fn value(&self, css: &str) -> Result<String> {
        Ok(self
            .driver
            .find(By::Css(css))
            .await?
            .value()
            .await?
            .unwrap_or_default())
    }

    /// Returns the visible text of the whole page.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn page_text(&self) -> Result<String> {
        Ok(self.driver.find(By::Tag("body")).await?.text().await?)
    }

    /// Replaces what an input holds, by typing.
    ///
    /// # Errors
    /// There is no such input that can be typed into.
    pub async fn type_into(&self, css: &str, text: &str) -> Result<()> {
        self.watch(&format!("{css} to type into"), async || {
            let input = self.driver.find(By::Css(css)).await?;
            input.clear().await?;
            input.send_keys(text).await?;
            // A page may be replaced, or replace what it holds, between two keys.
            let is_typed = input.value().await?.as_deref() == Some(text);
            Ok(is_typed.then_some(()))
        })
        .await
    }

    /// Replaces what the input of that name holds, in the form `form` (CSS).
    ///
    /// # Errors
    /// There is no such input that can be typed into.
    pub async fn fill(&self, form: &str, name: &str, text: &str) -> Result<()> {
        self.type_into(&format!("{form} [name={name}]"), text).await
    }

    /// Clicks on an element.
    ///
    /// # Errors
    /// There is no such element that can be clicked on.
    pub async fn click_on(&self, css: &str) -> Result<()> {
        self.watch(&format!("{css} to click on"), async || {
            self.driver.find(By::Css(css)).await?.click().await?;
            Ok(Some(()))
        })
        .await
    }

    /// Waits until an element that matches has the focus.
    ///
    /// # Errors
    /// It does not get it.
    pub async fn wait_for_focus(&self, css: &str) -> Result<()> {
        let script = format!("return document.activeElement?.matches(\"{css}\") ?? false");
        self.watch(&format!("the focus on {css}"), async || {
            Ok((self.script(&script).await? == true).then_some(()))
        })
        .await
    }

    /// Presses keys, for the focused element.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn press(&self, keys: impl Into<TypingData>) -> Result<()> {
        Ok(self.driver.action_chain().send_keys(keys).perform().await?)
    }
}
