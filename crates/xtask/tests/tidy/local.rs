//! Names that mean something on one machine only.

/// A name in the line that means something on one machine only.
pub(crate) fn local_name(line: &str) -> Option<&'static str> {
    let relative = ["../shared", ".library"].into_iter().find(|name| line.contains(name));
    relative.or_else(|| ["/work", "/root"].into_iter().find(|dir| names_directory(line, dir)))
}

/// If the line holds this absolute path or one below it, and not merely a longer one that contains it.
fn names_directory(line: &str, dir: &str) -> bool {
    line.match_indices(dir).any(|(at, _)| {
        let part_of_name = |c: char| c.is_alphanumeric() || "_-.".contains(c);
        let before = line[..at].chars().next_back();
        let after = line[at + dir.len()..].chars().next();
        let starts = !before.is_some_and(|c| part_of_name(c) || "/})>*".contains(c));
        starts && !after.is_some_and(|c| c != '.' && part_of_name(c))
    })
}

#[cfg(test)]
mod tests {
    use super::local_name;

    #[test]
    fn absolute_paths_are_told_from_routes() {
        for line in ["cd /work/main", "\"/root\"", "see ../shared/x", "HOME=/root", "`/work`."] {
            assert!(local_name(line).is_some(), "{line}");
        }
        for line in
            ["/workspaces/{id}", "docs/work/x", "/{id}/work", "https://a.b/root/c", "/rooted", "../share"]
        {
            assert_eq!(local_name(line), None, "{line}");
        }
    }
}
