//! Turns `frontend/index.html`, which is Trunk's input, into the page of the release.
//!
//! Trunk's own elements, `<link data-trunk rel="…" href="…">`, become what they stand for, under
//! hashed names. No other part of the page is touched.

use anyhow::{Result, bail};

/// What marks an element as Trunk's.
const MARK: &str = "<link data-trunk ";

/// Rewrites the page. `add` takes the name of a file beside it and returns its hashed URL.
pub(super) fn rewrite(
    template: &str,
    js: &str,
    wasm: &str,
    mut add: impl FnMut(&str) -> Result<String>,
) -> Result<String> {
    let mut page = String::with_capacity(template.len() + 512);
    let mut copies = Vec::new();
    let mut script = None;
    let mut rest = template;
    while let Some((before, element)) = rest.split_once(MARK) {
        let Some((element, after)) = element.split_once('>') else {
            bail!("frontend/index.html: an element of Trunk's has no end");
        };
        page.push_str(before);
        rest = after;
        match (attribute(element, "rel"), attribute(element, "href")) {
            (Some("css"), Some(name)) => {
                page.push_str(&stylesheet(&add(name)?));
            }
            (Some("rust"), Some(_)) if script.is_none() => script = Some(page.len()),
            (Some("copy-file"), Some(name)) => {
                copies.push((name.to_owned(), add(name)?));
                // Nothing stands for it: without its line, the page has no hole.
                let indented = page.trim_end_matches([' ', '\t']).len();
                page.truncate(indented);
                rest = rest.strip_prefix('\n').unwrap_or(rest);
            }
            _ => bail!("frontend/index.html: xtask does not know `{MARK}{element}>`"),
        }
    }
    page.push_str(rest);
    let Some(script) = script else {
        bail!("frontend/index.html has no `{MARK}rel=\"rust\" …>`, so nothing would start");
    };
    page.insert_str(script, &start(js, wasm));
    for (name, url) in copies {
        let reference = format!("\"/{name}\"");
        if !page.contains(&reference) {
            bail!("frontend/index.html copies {name}, but does not name it as {reference}");
        }
        page = page.replace(&reference, &format!("\"{url}\""));
    }
    Ok(page)
}

/// The element that loads a stylesheet.
fn stylesheet(url: &str) -> String {
    format!(r#"<link rel="stylesheet" href="{url}">"#)
}

/// The elements that load and start the module; `Trunk.toml` has the same script element.
fn start(js: &str, wasm: &str) -> String {
    format!(
        r#"<link rel="modulepreload" href="{js}">
<link rel="preload" href="{wasm}" as="fetch" type="application/wasm" crossorigin="anonymous">
<script type="module" src="/boot.js" data-js="{js}" data-wasm="{wasm}"></script>"#
    )
}

/// Returns the value of an element's attribute.
fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = element.split_once(&format!("{name}=\""))?;
    value.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rewrites with made-up hashes.
    fn rewritten(template: &str) -> Result<String> {
        rewrite(template, "/assets/f-1.js", "/assets/f-1.wasm", |name| {
            Ok(format!("/assets/{}", name.replace('.', "-9.")))
        })
    }

    #[test]
    fn every_element_of_trunks_becomes_what_it_stands_for() {
        let page = rewritten(
            r#"<head>
  <link rel="icon" href="/icon.svg">
  <link data-trunk rel="css" href="style.css">
  <link data-trunk rel="copy-file" href="boot.js">
  <link data-trunk rel="copy-file" href="icon.svg">
  <link data-trunk rel="rust" href="Cargo.toml" data-wasm-opt="0">
</head>
"#,
        )
        .unwrap();

        let expected = r#"<head>
  <link rel="icon" href="/assets/icon-9.svg">
  <link rel="stylesheet" href="/assets/style-9.css">
  <link rel="modulepreload" href="/assets/f-1.js">
<link rel="preload" href="/assets/f-1.wasm" as="fetch" type="application/wasm" crossorigin="anonymous">
<script type="module" src="/assets/boot-9.js" data-js="/assets/f-1.js" data-wasm="/assets/f-1.wasm"></script>
</head>
"#;
        assert_eq!(page, expected);
    }

    #[test]
    fn an_unknown_element_of_trunks_is_refused() {
        let fault = rewritten(r#"<link data-trunk rel="sass" href="style.scss">"#).unwrap_err();

        assert!(
            fault
                .to_string()
                .contains(r#"does not know `<link data-trunk rel="sass""#)
        );
    }

    #[test]
    fn a_page_that_would_not_start_is_refused() {
        assert!(
            rewritten("<head></head>")
                .unwrap_err()
                .to_string()
                .contains("nothing would start")
        );
    }

    #[test]
    fn a_file_that_nothing_names_is_refused() {
        let fault = rewritten(
            r#"<link data-trunk rel="rust" href="Cargo.toml">
<link data-trunk rel="copy-file" href="lost.png">"#,
        )
        .unwrap_err();

        assert!(fault.to_string().contains("copies lost.png"));
    }

    #[test]
    fn the_script_element_is_the_one_of_trunk_toml() {
        let trunk = std::fs::read_to_string(crate::place::root().join("Trunk.toml")).unwrap();
        let ours = start("/{js}", "/{wasm}");

        assert!(trunk.contains(ours.lines().last().unwrap()));
    }
}
