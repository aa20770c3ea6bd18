//! Prints columns for a terminal.

use super::console::{Console, printable};

/// Rows under a header, each column as wide as its widest cell.
pub(super) struct Table<const N: usize> {
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// Returns a table with only its header.
    pub(super) fn new(head: [&str; N]) -> Self {
        Self {
            rows: vec![head.map(str::to_owned)],
        }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: [String; N]) {
        // A row must stay on one line.
        self.rows
            .push(row.map(|cell| printable(&cell).replace('\n', " ")));
    }

    /// Prints the table.
    pub(super) fn print(&self, console: &mut Console<'_>) -> std::io::Result<()> {
        let mut widths = [0; N];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for row in &self.rows {
            let mut line = String::new();
            for (width, cell) in widths.iter().zip(row) {
                let gap = width + 2 - cell.chars().count();
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', gap));
            }
            console.say(line.trim_end())?;
        }
        Ok(())
    }
}

/// Returns text, or a dash for none.
pub(super) fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| "-".to_owned())
}
