//! A hash for the caches of a process: fast, and not fit for keys that a stranger may choose without limit.

use std::hash::{BuildHasherDefault, Hasher};

/// Builds the hashers of the caches of shapes and prepared statements. Their keys are numbers of our own and operations
/// without their values, and the caches are small, so that the standard hasher's defence against chosen keys would cost
/// more (an operation's shape is looked up each time it runs) than it gives.
pub type CacheHasher = BuildHasherDefault<Mixer>;

/// Multiplies and rotates, a word at a time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mixer(u64);

impl Mixer {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517C_C1B7_2722_0A95);
    }
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.mix(u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        if !rest.is_empty() {
            self.mix(u64::from_le_bytes(last));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.mix(number.into());
    }

    fn write_u16(&mut self, number: u16) {
        self.mix(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.mix(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.mix(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.mix(number as u64);
    }

    fn finish(&self) -> u64 {
        // The table takes the place from the low bits, which multiplying mixes least: the high ones are folded onto them.
        let folded = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        folded ^ (folded >> 32)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    use super::CacheHasher;

    #[test]
    fn keys_that_are_alike_spread() {
        let hasher = CacheHasher::default();
        let low: HashSet<u64> = (0_u64..1024).map(|key| hasher.hash_one(key) % 1024).collect();
        assert!(low.len() > 512, "{} of 1024 places are used", low.len());
        let texts: HashSet<u64> = (0..1000).map(|key| hasher.hash_one(format!("column {key}"))).collect();
        assert_eq!(texts.len(), 1000);
    }
}
