//! The lines in which two texts differ.

/// How many lines are compared with each other; what is larger is told as a whole.
const MOST: usize = 3_000;

/// Lines that go (`-`) and come (`+`), with a line of what is around them.
pub(super) fn difference(from: &str, to: &str) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) = (from.lines().collect(), to.lines().collect());
    let start = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let (a, b) = (from.get(start..).unwrap_or_default(), to.get(start..).unwrap_or_default());
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(one, other)| one == other).count();
    let (a, b) = (a.get(..a.len() - end).unwrap_or_default(), b.get(..b.len() - end).unwrap_or_default());
    let mut out = String::new();
    if let Some(before) = start.checked_sub(1).and_then(|at| from.get(at)) {
        out.push_str(&format!("@ line {start}\n  {before}\n"));
    }
    let same = if a.len() > MOST || b.len() > MOST { Vec::new() } else { common(a, b) };
    let (mut i, mut j) = (0, 0);
    let mut last = 0;
    for (x, y) in same.into_iter().chain([(a.len(), b.len())]) {
        if i < x || j < y {
            if i > last {
                out.push_str(&format!("@ line {}\n", start + i + 1));
            }
            for line in a.get(i..x).unwrap_or_default() {
                out.push_str(&format!("- {line}\n"));
            }
            for line in b.get(j..y).unwrap_or_default() {
                out.push_str(&format!("+ {line}\n"));
            }
            last = x;
        }
        (i, j) = (x + 1, y + 1);
    }
    out
}

/// The longest list of pairs of lines that are the same, in both orders.
fn common(a: &[&str], b: &[&str]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut longest = vec![0_u32; (a.len() + 1) * width];
    let get = |table: &[u32], i: usize, j: usize| table.get(i * width + j).copied().unwrap_or_default();
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let value = if a.get(i) == b.get(j) {
                get(&longest, i + 1, j + 1) + 1
            } else {
                get(&longest, i + 1, j).max(get(&longest, i, j + 1))
            };
            if let Some(cell) = longest.get_mut(i * width + j) {
                *cell = value;
            }
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        if a.get(i) == b.get(j) {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if get(&longest, i + 1, j) >= get(&longest, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn what_goes_and_what_comes() {
        assert_eq!(
            difference("a\nb\nc\nd\ne\n", "a\nB\nc\nd\nx\ne\n"),
            "@ line 1\n  a\n- b\n+ B\n@ line 5\n+ x\n"
        );
        assert_eq!(difference("a\n", "a\n"), "@ line 1\n  a\n");
        assert_eq!(difference("", "a\nb"), "+ a\n+ b\n");
    }
}
