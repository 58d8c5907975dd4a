//! Pieces of Markdown.

/// A table; columns that no row fills are left out.
pub(super) fn rows<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> = rows.collect();
    let kept: Vec<usize> = (0..N).filter(|at| rows.iter().any(|row| !row[*at].is_empty())).collect();
    let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    let mut text = format!("\n{}", line(kept.iter().map(|at| head[*at]).collect()));
    text.push_str(&format!("|{}\n", "---|".repeat(kept.len())));
    for row in &rows {
        text.push_str(&line(kept.iter().map(|at| row[*at].as_str()).collect()));
    }
    text
}

/// Text in a cell: one line, and nothing in it ends the cell.
pub(super) fn cell(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|").replace('<', "&lt;")
}

/// A text of its own, with an empty line above.
pub(super) fn paragraph(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\n{}\n", text.trim().replace('<', "&lt;")) }
}

/// A name or an expression.
pub(super) fn code(text: &str) -> String {
    let text = text.replace('|', "\\|").replace('\n', " ");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Names, one after the other.
pub(super) fn codes<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(|name| code(name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// A table's name, which leads to its section.
pub(super) fn link(table: &str) -> String {
    // As the heading's anchor is made of it: lower case, and spaces are dashes.
    let anchor = table.to_lowercase().replace(' ', "-");
    let anchor: String = anchor.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
    format!("[{}](#{anchor})", code(table))
}
