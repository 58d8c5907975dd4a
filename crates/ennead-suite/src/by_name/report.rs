//! What went through JSON, what stayed typed and why.

use std::sync::atomic::Ordering;

use ennead::NodeOperation;

use super::{Reason, THROUGH, TYPED};

/// Of a hundred operations of the whole suite, so many go through JSON at least.
const LEAST: usize = 90;

/// Tells what went which way.
pub fn finish(whole: bool) -> bool {
    let through: Vec<usize> = THROUGH.iter().map(|number| number.load(Ordering::Relaxed)).collect();
    let typed: Vec<usize> = TYPED.iter().map(|number| number.load(Ordering::Relaxed)).collect();
    let (all_through, all_typed) = (through.iter().sum::<usize>(), typed.iter().sum::<usize>());
    println!("{all_through} operations went through JSON, {all_typed} stayed typed");
    for (operation, number) in NodeOperation::ALL.iter().zip(&through) {
        println!("{number:>8} {}", operation.name());
    }
    for (reason, number) in Reason::ALL.iter().zip(&typed) {
        println!("{number:>8} typed: {reason:?}, since {}", reason.because());
    }
    let mut right = true;
    if whole {
        for (operation, number) in NodeOperation::ALL.iter().zip(&through) {
            if *number == 0 {
                println!("no {} went through JSON", operation.name());
                right = false;
            }
        }
        for (reason, number) in Reason::ALL.iter().zip(&typed) {
            if *number == 0 {
                println!("nothing stays typed for {reason:?}: take it from the list");
                right = false;
            }
        }
        if all_through * 100 < (all_through + all_typed) * LEAST {
            println!("less than {LEAST} of a hundred operations went through JSON");
            right = false;
        }
    }
    right
}
