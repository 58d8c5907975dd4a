//! What failed among thousands of lines of test output, to be told once more at its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How many lines of each failure are told again; the rest stands further up.
const LINES: usize = 12;

/// How long the output may stay open when the command has ended: something that it left behind may hold it.
const GRACE: Duration = Duration::from_secs(2);

/// Passes the output of test binaries on, and takes the failures out.
pub(crate) struct Failures(Receiver<String>);

impl Failures {
    /// Listens to the standard output of a command, if it is piped.
    pub(crate) fn of(child: &mut Child) -> Self {
        let (sender, receiver) = channel();
        if let Some(output) = child.stdout.take() {
            thread::spawn(move || {
                pass_on(output, std::io::stdout(), |line| drop(sender.send(line.to_owned())))
            });
        }
        Self(receiver)
    }

    /// The lines of all failures, once the command has ended.
    pub(crate) fn told(self) -> Vec<String> {
        let until = Instant::now() + GRACE;
        let next = || self.0.recv_timeout(until.saturating_duration_since(Instant::now())).ok();
        std::iter::from_fn(next).collect()
    }
}

fn pass_on(from: impl Read, mut to: impl Write, mut tell: impl FnMut(&str)) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    let mut left = 0;
    while matches!(from.read_until(b'\n', &mut line), Ok(1..)) {
        // Whoever read our output may be gone; the command is to run to its end.
        let _ = to.write_all(&line);
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        if text.starts_with("---- ") && text.ends_with(" ----") {
            left = LINES;
        } else if text == "failures:" {
            left = 0;
        }
        if left > 0 && !text.is_empty() {
            tell(text);
            left -= 1;
        }
        line.clear();
    }
    let _ = to.flush();
}

#[cfg(test)]
mod tests {
    use super::{LINES, pass_on};

    #[test]
    fn the_output_goes_on_and_failures_are_taken_out() {
        let long = "    frame\n".repeat(50);
        let output = format!(
            "running 3 tests\ntest a ... ok\ntest b ... FAILED\n\nfailures:\n\n---- b ----\nit is 1\n\n---- c stdout ----\n{long}\
             \n\nfailures:\n    b\n    c\n\ntest result: FAILED. 1 passed; 2 failed\n"
        );
        let (mut passed, mut told) = (Vec::new(), Vec::new());
        pass_on(output.as_bytes(), &mut passed, |line| told.push(line.to_owned()));
        assert_eq!(String::from_utf8(passed).unwrap_or_default(), output);
        assert_eq!(told[..3], ["---- b ----", "it is 1", "---- c stdout ----"]);
        assert_eq!(told.len(), 2 + LINES);
    }
}
