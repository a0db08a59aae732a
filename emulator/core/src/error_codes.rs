//! The codes of errors and the subcodes that come with them: every pair that calls get here, and those that the platform
//! is known for beside.
//!
//! **Invariant:** an error of Graph has a pair that stands here; `GraphError::subcode` holds it against the table.

/// Each code with its subcodes, in the order of the numbers.
const CODES: &[(i32, &[u32])] = &[
    (-1, &[2_018_012]),
    (1, &[99, 2_018_085, 2_018_382, 2_494_180]),
    (2, &[2_018_344]),
    (3, &[]),
    (4, &[2_018_022, 2_018_354]),
    (9, &[2_018_352]),
    (
        10,
        &[
            1_404_170, 1_893_015, 1_893_063, 2_018_065, 2_018_108, 2_018_278, 2_018_300, 2_018_321,
            2_534_022, 2_534_077,
        ],
    ),
    (11, &[]),
    (15, &[]),
    (17, &[]),
    (27, &[2_018_464]),
    (32, &[]),
    (33, &[]),
    (
        100,
        &[
            33, 1_893_061, 1_965_014, 2_018_001, 2_018_005, 2_018_008, 2_018_014, 2_018_015, 2_018_018,
            2_018_026, 2_018_032, 2_018_034, 2_018_035, 2_018_040, 2_018_041, 2_018_047, 2_018_053,
            2_018_074, 2_018_098, 2_018_099, 2_018_109, 2_018_145, 2_018_151, 2_018_164, 2_018_171,
            2_018_218, 2_018_234, 2_018_247, 2_018_276, 2_018_292, 2_018_294, 2_018_320, 2_018_328,
            2_018_416, 2_534_001, 2_534_013, 2_534_014, 2_534_015, 2_534_025, 2_534_029, 2_534_037,
            2_534_123,
        ],
    ),
    (101, &[]),
    (102, &[]),
    (104, &[]),
    (105, &[]),
    (190, &[458, 459, 460, 463, 464, 467, 492, 493]),
    (194, &[]),
    (200, &[1_545_041, 2_018_021, 2_018_027, 2_018_028, 2_534_041, 2_534_048]),
    (210, &[]),
    (230, &[]),
    (283, &[]),
    (341, &[]),
    (368, &[]),
    (389, &[]),
    (506, &[]),
    (546, &[]),
    (551, &[1_545_041, 1_893_047]),
    (613, &[1_893_016, 2_018_338, 2_534_040]),
    (1_200, &[2_018_024]),
    (2_022, &[]),
    (2_200, &[]),
    (2_201, &[]),
    (2_500, &[]),
    (9_010, &[]),
    (10_303, &[]),
    (10_900, &[]),
    (10_901, &[]),
    (10_902, &[]),
    (10_903, &[1_893_049]),
    (10_904, &[]),
    (24_001, &[]),
    (24_002, &[]),
    (24_005, &[]),
    (36_103, &[]),
    (80_001, &[]),
    (80_006, &[]),
    (1_609_005, &[]),
    (2_534_068, &[]),
    (9_000_001, &[]),
];

/// The subcodes that come with a code; none when no error has the code.
pub fn subcodes_of(code: i64) -> Option<&'static [u32]> {
    CODES.iter().find(|(known, _)| i64::from(*known) == code).map(|(_, subcodes)| *subcodes)
}

/// The codes with which a subcode comes; none when no error has the subcode.
pub fn codes_with(subcode: i64) -> Vec<i32> {
    let comes = |subcodes: &[u32]| subcodes.iter().any(|known| i64::from(*known) == subcode);
    CODES.iter().filter(|(_, subcodes)| comes(subcodes)).map(|(code, _)| *code).collect()
}

/// Every subcode, once.
pub fn subcodes() -> impl Iterator<Item = u32> {
    let all: std::collections::BTreeSet<u32> =
        CODES.iter().flat_map(|(_, subcodes)| *subcodes).copied().collect();
    all.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_reads_both_ways() {
        assert!(CODES.is_sorted_by(|(one, _), (next, _)| one < next), "codes stand once and in order");
        for (code, subcodes) in CODES {
            assert!(subcodes.is_sorted_by(|one, next| one < next), "subcodes of {code}");
            for subcode in *subcodes {
                assert!(codes_with(i64::from(*subcode)).contains(code), "{code}/{subcode}");
            }
        }
        assert_eq!(codes_with(2_018_300), [10]);
        assert_eq!(codes_with(1_545_041), [200, 551]);
        assert_eq!(subcodes_of(551), Some(&[1_545_041, 1_893_047][..]));
        assert_eq!((subcodes_of(2_018_300), codes_with(10)), (None, vec![]));
        let all: Vec<u32> = subcodes().collect();
        assert!(all.is_sorted_by(|one, next| one < next), "each stands once");
        for subcode in CODES.iter().flat_map(|(_, subcodes)| *subcodes) {
            assert!(all.contains(subcode), "{subcode}");
        }
    }
}
