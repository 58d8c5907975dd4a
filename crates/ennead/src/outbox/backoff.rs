//! How long a failed delivery waits.

use std::time::Duration;

use uuid::Uuid;

/// Twice as long after each attempt, up to a most; of that, between half and all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backoff {
    pub(super) first: Duration,
    pub(super) most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(5), most: Duration::from_secs(3600) }
    }
}

impl Backoff {
    /// The wait behind an attempt, the first of which is 1. Which part of it is waited comes from the event and the number, so that
    /// deliveries that failed together come back apart, and a test knows when.
    pub(super) fn wait(self, event: Uuid, id: i64, attempt: i32) -> Duration {
        let doublings = u32::try_from(attempt.max(1) - 1).unwrap_or(0).min(40);
        let whole = self.first.saturating_mul(2_u32.saturating_pow(doublings.min(31))).min(self.most);
        let half = whole / 2;
        half + half.mul_f64(part(event, id, attempt))
    }
}

/// A number of 0 and more and less than 1, as if by chance (the mixing of SplitMix64).
fn part(event: Uuid, id: i64, attempt: i32) -> f64 {
    let (high, low) = event.as_u64_pair();
    let mut bits =
        high ^ low.rotate_left(17) ^ id.unsigned_abs().rotate_left(32) ^ u64::from(attempt.unsigned_abs());
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    // 32 bits are exact in a float.
    f64::from(u32::try_from(bits >> 32).unwrap_or(0)) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_the_most_and_half_of_it_is_chance() {
        let backoff = Backoff { first: Duration::from_secs(4), most: Duration::from_secs(60) };
        for event in 0..200_u128 {
            for (attempt, whole) in [(1, 4), (2, 8), (3, 16), (4, 32), (5, 60), (6, 60), (i32::MAX, 60)] {
                let wait = backoff.wait(Uuid::from_u128(event), 7, attempt);
                assert!(wait >= Duration::from_secs(whole) / 2, "{attempt} {wait:?}");
                assert!(wait < Duration::from_secs(whole), "{attempt} {wait:?}");
                assert_eq!(wait, backoff.wait(Uuid::from_u128(event), 7, attempt));
            }
        }
    }

    #[test]
    fn deliveries_that_failed_together_come_back_apart() {
        let backoff = Backoff::default();
        let waits: std::collections::BTreeSet<Duration> =
            (0..100).map(|id| backoff.wait(Uuid::from_u128(1), id, 1)).collect();
        assert_eq!(waits.len(), 100);
        let (least, greatest) = (waits.first(), waits.last());
        assert!(
            least.is_some_and(|wait| wait.as_millis() < 2700)
                && greatest.is_some_and(|wait| wait.as_millis() > 4800)
        );
    }
}
