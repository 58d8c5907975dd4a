//! Decimals in Postgres's binary form: digits to the base of 10,000, their weight, a sign and a scale.

use rust_decimal::Decimal;

const NEGATIVE: u16 = 0x4000;

/// Appends a decimal.
pub(super) fn encode(decimal: Decimal, out: &mut Vec<u8>) {
    let scale = decimal.scale();
    let mut mantissa = decimal.mantissa().unsigned_abs();
    // The point must fall between two digits of the base: pad the fraction to a multiple of four.
    let pad = (4 - scale % 4) % 4;
    // A mantissa has at most 29 digits; three more fit 128 bits.
    mantissa *= 10_u128.pow(pad);
    let fraction_groups = i32::try_from((scale + pad) / 4).unwrap_or_default();
    let mut groups: Vec<i16> = Vec::with_capacity(9);
    while mantissa > 0 {
        groups.push((mantissa % 10_000) as i16);
        mantissa /= 10_000;
    }
    groups.reverse();
    let weight = groups.len() as i32 - fraction_groups - 1;
    while groups.last() == Some(&0) {
        groups.pop();
    }
    let weight = if groups.is_empty() { 0 } else { weight };
    let sign = if decimal.is_sign_negative() && !groups.is_empty() { NEGATIVE } else { 0 };
    out.extend_from_slice(&(groups.len() as i16).to_be_bytes());
    out.extend_from_slice(&(weight as i16).to_be_bytes());
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&(scale as u16).to_be_bytes());
    for group in groups {
        out.extend_from_slice(&group.to_be_bytes());
    }
}

/// Reads a decimal; `None` where it is NaN, infinite, malformed, or has more digits than a `Decimal` holds.
pub(super) fn decode(bytes: &[u8]) -> Option<Decimal> {
    let word = |at: usize| Some(i16::from_be_bytes(bytes.get(at * 2..at * 2 + 2)?.try_into().ok()?));
    let (count, weight, sign) = (word(0)?, i32::from(word(1)?), word(2)? as u16);
    let negative = match sign {
        0 => false,
        NEGATIVE => true,
        _ => return None,
    };
    let count = usize::try_from(count).ok()?;
    let mut mantissa: i128 = 0;
    for at in 0..count {
        mantissa = mantissa.checked_mul(10_000)?.checked_add(word(4 + at)?.into())?;
    }
    // What stands behind the last group: to the left as zeros, to the right as scale.
    let behind = (count as i32 - 1 - weight) * 4;
    let (mut scale, mut mantissa) = match u32::try_from(behind) {
        Ok(scale) => (scale, mantissa),
        Err(_) => (0, mantissa.checked_mul(10_i128.checked_pow(behind.unsigned_abs())?)?),
    };
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    let decimal =
        Decimal::try_from_i128_with_scale(if negative { -mantissa } else { mantissa }, scale).ok()?;
    Some(decimal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_come_back() {
        for text in [
            "0",
            "1",
            "-1",
            "0.1",
            "-0.00000001",
            "10000",
            "123456789012345678.9012345678",
            "79228162514264337593543950335",
            "-79228162514264337593543950335",
            "0.0000000000000000000000000001",
            "7.9228162514264337593543950335",
            "100000000",
            "0.00010000",
        ] {
            let decimal: Decimal = text.parse().unwrap();
            let mut out = Vec::new();
            encode(decimal, &mut out);
            assert_eq!(decode(&out), Some(decimal), "{text}");
        }
    }
}
