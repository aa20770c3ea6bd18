//! Minifies a stylesheet: no comments, no needless white space. Nothing else is changed.

use anyhow::{Result, bail};

/// White space next to these means nothing, on the named side.
const NONE_BEFORE: &str = "{};,)!>";
/// White space after these means nothing. Before a `:` it may: `a :hover` is not `a:hover`.
const NONE_AFTER: &str = "{};,(!>:";

/// Returns the stylesheet without what only its authors read.
///
/// # Errors
/// It ends within a comment, a string or a block, or it could end the element around it.
pub(super) fn minify(css: &str) -> Result<String> {
    if css.to_ascii_lowercase().contains("</style") {
        bail!("a stylesheet of the page has `</style` in it, which would end its element");
    }
    let mut small = String::with_capacity(css.len());
    let mut rest = css;
    let mut is_apart = false;
    let mut depth = 0_usize;
    while let Some(c) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            let Some((_, after)) = comment.split_once("*/") else {
                bail!("a comment in a stylesheet of the page has no end");
            };
            // A comment separates two words as a space does.
            (rest, is_apart) = (after, true);
            continue;
        }
        if c.is_ascii_whitespace() {
            (rest, is_apart) = (&rest[1..], true);
            continue;
        }
        let before = small.chars().next_back();
        let is_needed = before.is_some_and(|before| !NONE_AFTER.contains(before));
        if is_apart && is_needed && !NONE_BEFORE.contains(c) {
            small.push(' ');
        }
        is_apart = false;
        let end = if matches!(c, '"' | '\'') {
            string_end(rest, c)?
        } else {
            c.len_utf8()
        };
        depth = match c {
            '{' => depth + 1,
            '}' => match depth.checked_sub(1) {
                Some(depth) => depth,
                None => bail!("a stylesheet of the page ends a block that it has not begun"),
            },
            _ => depth,
        };
        // The last declaration of a block needs no semicolon.
        if c == '}' && small.ends_with(';') {
            small.pop();
        }
        small.push_str(&rest[..end]);
        rest = &rest[end..];
    }
    // What follows such a block would be part of it, and browsers would silently drop it.
    if depth > 0 {
        bail!("a stylesheet of the page ends within a block");
    }
    Ok(small)
}

/// Returns where the string ends that `text` begins with.
fn string_end(text: &str, quote: char) -> Result<usize> {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '\n' => break,
            _ if c == quote => return Ok(at + c.len_utf8()),
            _ => {}
        }
    }
    bail!("a string in a stylesheet of the page has no end")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_stays() {
        for (css, expected) in [
            ("a {\n  color : red ;\n}\n", "a{color :red}"),
            ("a b > c ,\nd + e :is(f, g) { }", "a b>c,d + e :is(f,g){}"),
            (
                "a { margin: calc( 1px + -2px ) auto; }",
                "a{margin:calc(1px + -2px) auto}",
            ),
            (
                "a{background:url(\"x\") center / cover}",
                "a{background:url(\"x\") center / cover}",
            ),
            (
                "a::after { content: \"; }  /* */ \\\" \"; }",
                "a::after{content:\"; }  /* */ \\\" \"}",
            ),
            ("a{b:c}/* x */d{e:f!important}", "a{b:c}d{e:f!important}"),
            ("a/**/b { c: d !important; }", "a b{c:d!important}"),
            (
                "@media (min-width: 30rem) and (hover) { a { b: c } }",
                "@media (min-width:30rem) and (hover){a{b:c}}",
            ),
            (
                ":root { --a: light-dark(#fff, #000); --b: ; }",
                ":root{--a:light-dark(#fff,#000);--b:}",
            ),
            (
                "a { font: 1rem / 1.5 \"Noto Sans\" , x; }",
                "a{font:1rem / 1.5 \"Noto Sans\",x}",
            ),
            ("*,\n*::before { b: c; }", "*,*::before{b:c}"),
            (".ä { content: 'ü'; }", ".ä{content:'ü'}"),
        ] {
            assert_eq!(minify(css).unwrap(), expected);
        }
    }

    #[test]
    fn it_says_the_same_when_it_is_done_twice() {
        let style = std::fs::read_to_string(crate::place::root().join("frontend/style.css"));
        let once = minify(&style.unwrap()).unwrap();

        assert_eq!(minify(&once).unwrap(), once);
    }

    #[test]
    fn what_has_no_end_is_refused() {
        for css in [
            "@media x { a { b: c }",
            "a { b: c } }",
            "/* a",
            "a{b:\"c}",
            "a{b:'c\n'}",
            "a{b:\"</STYLE>\"}",
        ] {
            assert!(minify(css).is_err(), "{css}");
        }
    }
}
