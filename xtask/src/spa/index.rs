//! Turns `frontend/index.html`, which is Trunk's input, into the documents of the release, one for
//! each of the page's modules.
//!
//! Trunk's own elements, `<link data-trunk rel="…" href="…">`, become what they mean, under hashed
//! names. An element with the attribute `data-entry` or `data-inside` is only in the document of
//! that module, without the attribute. The style of all pages is in the document itself, so that a
//! first visit needs one round trip until something is drawn. No other part is touched.

use anyhow::{Result, bail};

/// The document of the login page.
pub(super) const LOGIN_DOCUMENT: &str = "login.html";

/// The document of the other pages before the login.
pub(super) const ENTRY_DOCUMENT: &str = "entry.html";

/// The document of the pages after the login, and of all other paths.
pub(super) const INSIDE_DOCUMENT: &str = "index.html";

/// The document of the pages of admins.
pub(super) const ADMIN_DOCUMENT: &str = "admin.html";

/// Marks an element as Trunk's.
const MARK: &str = "<link data-trunk ";

/// Marks the elements of the documents before the login.
const ENTRY: &str = "data-entry";

/// Marks those of the documents after it.
const INSIDE: &str = "data-inside";

/// The elements without an end tag that may be marked.
const VOID: [&str; 2] = ["link", "meta"];

/// A module's URLs.
pub(super) struct Module {
    /// Its JavaScript.
    pub(super) js: String,
    /// The module itself.
    pub(super) wasm: String,
}

/// The documents.
pub(super) struct Documents {
    /// The one for the login page: as the next, but for the module.
    pub(super) login: String,
    /// The one for the other pages before the login.
    pub(super) entry: String,
    /// The one for all others.
    pub(super) inside: String,
    /// The one for the pages of admins: the same, but for the module.
    pub(super) admin: String,
}

/// Creates the documents. `add` takes the name of a file next to the template and returns its
/// hashed URL, `css` takes that of a stylesheet and returns its content.
pub(super) fn documents(
    template: &str,
    [login, entry, inside, admin]: &[Module; 4],
    add: impl FnMut(&str) -> Result<String>,
    css: impl Fn(&str) -> Result<String>,
) -> Result<Documents> {
    let page = rewrite(template, &starts(entry, inside), add, css)?;
    let (before, behind) = (only(&page, ENTRY, INSIDE)?, only(&page, INSIDE, ENTRY)?);
    Ok(Documents {
        login: with_module(&before, entry, login),
        entry: before,
        admin: with_module(&behind, inside, admin),
        inside: behind,
    })
}

/// Returns the document with another module.
fn with_module(document: &str, old: &Module, new: &Module) -> String {
    let document = document.replace(&old.js, &new.js);
    document.replace(&old.wasm, &new.wasm)
}

/// Replaces Trunk's elements; `starts` stands for the module.
fn rewrite(
    template: &str,
    starts: &str,
    mut add: impl FnMut(&str) -> Result<String>,
    css: impl Fn(&str) -> Result<String>,
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
            (Some("css"), Some(name)) => match mark(element) {
                "" => page.extend(["<style>", &css(name)?, "</style>"]),
                mark => page.push_str(&stylesheet(mark, &add(name)?)),
            },
            (Some("rust"), Some(_)) if script.is_none() => script = Some(page.len()),
            (Some("copy-file"), Some(name)) => {
                copies.push((name.to_owned(), add(name)?));
                // Nothing replaces it: without its line, the page has no gap.
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
    page.insert_str(script, starts);
    for (name, url) in copies {
        let reference = format!("\"/{name}\"");
        if !page.contains(&reference) {
            bail!("frontend/index.html copies {name}, but does not name it as {reference}");
        }
        page = page.replace(&reference, &format!("\"{url}\""));
    }
    Ok(page)
}

/// The element that loads a stylesheet; the mark is kept.
fn stylesheet(mark: &str, url: &str) -> String {
    format!(r#"<link{mark} rel="stylesheet" href="{url}">"#)
}

/// Returns the mark of an element, with a space before it; empty where there is none.
fn mark(element: &str) -> &'static str {
    if element.contains(INSIDE) {
        " data-inside"
    } else if element.contains(ENTRY) {
        " data-entry"
    } else {
        ""
    }
}

/// The elements that load and start a module, marked. Before the login, they also name the module
/// behind it, which `boot.js` may load ahead.
fn starts(entry: &Module, inside: &Module) -> String {
    let next = format!(r#" data-next="{} {}""#, inside.js, inside.wasm);
    [(ENTRY, entry, next.as_str()), (INSIDE, inside, "")]
        .map(|(mark, module, next)| start(mark, module, next))
        .join("\n")
}

/// The elements that load and start one module. `Trunk.toml` has the same script element, without
/// the mark and the next module.
fn start(mark: &str, Module { js, wasm }: &Module, next: &str) -> String {
    format!(
        r#"<link {mark} rel="modulepreload" href="{js}">
<link {mark} rel="preload" href="{wasm}" as="fetch" type="application/wasm" crossorigin="anonymous">
<script {mark} type="module" src="/boot.js" data-js="{js}" data-wasm="{wasm}"{next}></script>"#
    )
}

/// Removes elements that are marked for another document, and the remaining marks.
fn only(page: &str, kept: &str, dropped: &str) -> Result<String> {
    let mut document = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(&format!(" {dropped}")) {
        let Some(start) = before.rfind('<') else {
            bail!("frontend/index.html: `{dropped}` stands outside of an element");
        };
        let name = before[start + 1..].split(' ').next().unwrap_or_default();
        let end = if VOID.contains(&name) {
            ">".to_owned()
        } else {
            format!("</{name}>")
        };
        let Some((_, after)) = after.split_once(&end) else {
            bail!("frontend/index.html: `<{name} {dropped}` has no `{end}`");
        };
        // Its line goes too, so that the document has no gap.
        document.push_str(before[..start].trim_end_matches([' ', '\t']));
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    document.push_str(rest);
    Ok(document.replace(&format!(" {kept}"), ""))
}

/// Returns the value of an element's attribute.
fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = element.split_once(&format!("{name}=\""))?;
    value.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Creates the documents with made-up hashes.
    fn made(template: &str) -> Result<Documents> {
        let module = |name: &str| Module {
            js: format!("/assets/{name}-1.js"),
            wasm: format!("/assets/{name}-1.wasm"),
        };
        documents(
            template,
            &[module("l"), module("e"), module("i"), module("a")],
            |name| Ok(format!("/assets/{}", name.replace('.', "-9."))),
            |name| Ok(format!("/*{name}*/")),
        )
    }

    /// Returns the error.
    fn fault(template: &str) -> String {
        made(template).err().unwrap().to_string()
    }

    #[test]
    fn every_element_of_trunks_becomes_what_it_stands_for() {
        let documents = made(
            r#"<head>
  <link rel="icon" href="/icon.svg">
  <link data-trunk rel="css" href="style.css">
  <link data-trunk rel="copy-file" href="boot.js">
  <link data-trunk rel="copy-file" href="icon.svg">
<link data-trunk rel="rust" href="Cargo.toml" data-bin="frontend" data-wasm-opt="0">
</head>
"#,
        )
        .unwrap();

        let entry = r#"<head>
  <link rel="icon" href="/assets/icon-9.svg">
  <style>/*style.css*/</style>
<link rel="modulepreload" href="/assets/e-1.js">
<link rel="preload" href="/assets/e-1.wasm" as="fetch" type="application/wasm" crossorigin="anonymous">
<script type="module" src="/assets/boot-9.js" data-js="/assets/e-1.js" data-wasm="/assets/e-1.wasm" data-next="/assets/i-1.js /assets/i-1.wasm"></script>
</head>
"#;
        assert_eq!(documents.entry, entry);
        assert_eq!(documents.login, entry.replace("/e-1", "/l-1"));
        let inside = entry
            .replace(r#" data-next="/assets/i-1.js /assets/i-1.wasm""#, "")
            .replace("/assets/e-1", "/assets/i-1");
        assert_eq!(documents.inside, inside);
        assert_eq!(documents.admin, inside.replace("/i-1", "/a-1"));
    }

    #[test]
    fn a_marked_element_is_in_one_document_alone() {
        let documents = made(
            r#"<link data-trunk rel="css" href="a.css">
<link data-trunk rel="css" href="b.css" data-inside>
<style data-entry>
p { color: red }
</style>
<link data-trunk rel="rust" href="Cargo.toml">
<p>data-inside</p>"#,
        )
        .unwrap();

        assert!(documents.entry.starts_with(
            "<style>/*a.css*/</style>\n<style>\np { color: red }\n</style>\n<link rel=\"modulepreload\""
        ));
        assert!(documents.inside.starts_with(
            "<style>/*a.css*/</style>\n<link rel=\"stylesheet\" href=\"/assets/b-9.css\">\n<link rel=\"modulepreload\""
        ));
        for document in [documents.entry, documents.inside] {
            assert!(
                document.ends_with("</script>\n<p>data-inside</p>"),
                "{document}"
            );
        }
    }

    #[test]
    fn a_marked_element_without_an_end_is_refused() {
        let text = r#"<link data-trunk rel="rust" href="Cargo.toml"><style data-entry>"#;

        assert!(fault(text).contains("has no `</style>`"));
    }

    #[test]
    fn an_unknown_element_of_trunks_is_refused() {
        let fault = fault(r#"<link data-trunk rel="sass" href="style.scss">"#);

        assert!(fault.contains(r#"does not know `<link data-trunk rel="sass""#));
    }

    #[test]
    fn a_page_that_would_not_start_is_refused() {
        assert!(fault("<head></head>").contains("nothing would start"));
    }

    #[test]
    fn a_file_that_nothing_names_is_refused() {
        let fault = fault(
            r#"<link data-trunk rel="rust" href="Cargo.toml">
<link data-trunk rel="copy-file" href="lost.png">"#,
        );

        assert!(fault.contains("copies lost.png"));
    }

    #[test]
    fn the_script_element_is_the_one_of_trunk_toml() {
        let trunk = std::fs::read_to_string(crate::place::root().join("Trunk.toml")).unwrap();
        let module = Module {
            js: "/{js}".to_owned(),
            wasm: "/{wasm}".to_owned(),
        };
        let ours = only(&start(INSIDE, &module, ""), INSIDE, ENTRY).unwrap();

        assert!(trunk.contains(ours.lines().last().unwrap()));
    }
}
